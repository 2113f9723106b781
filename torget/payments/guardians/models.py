"""Children's cards that a guardian has linked with card number and PIN, where the library system tells of none."""

from django.db import models
from django.db.models import F, Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Patron


class GuardianLink(models.Model):
    """Holds no name: it is read anew with the fees."""

    guardian = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="+")
    child = models.ForeignKey(Patron, on_delete=models.CASCADE, related_name="+")
    #: As the library system knew the card when it was linked.
    card_number = models.CharField(max_length=40)
    #: The child's, whose desk sees the link; empty where nobody says.
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True)
    linked_at = models.DateTimeField()
    #: The birthday on which it ends, or a year on where no date of birth is known.
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    #: 'patron:7', 'staff:12'
    ended_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["guardian", "child"], condition=Q(ended_at__isnull=True), name="guardian_link_once"
            ),
            models.CheckConstraint(name="guardian_of_another", condition=~Q(guardian=F("child"))),
            models.CheckConstraint(
                name="guardian_link_ended_by_somebody",
                condition=Q(ended_at__isnull=True, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
            ),
        ]
        indexes = [models.Index(fields=["municipality", "-linked_at"], name="guardian_link_of_desk")]
