"""What an employee keeps for the pages of the back office."""

from django.db import models

from torget.foundation.people.models import Employee


class SavedFilter(models.Model):
    """A choice of municipality and period under a name, for one employee."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    #: The query of the address, such as 'municipality=porvoo&period=13w'.
    query = models.CharField(max_length=300)
    created_at = models.DateTimeField()
    #: Deleted, but can still be taken back.
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "name"], condition=models.Q(deleted_at__isnull=True), name="saved_filter_name_once"
            ),
        ]
