"""A municipality on its way in: what is typed so far, and the one cent that tries its merchant account."""

import uuid

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Cooperation, Municipality


class Draft(models.Model):
    """A municipality that is being set up, or was; its own rows come to be when it goes live."""

    class State(models.TextChoices):
        DRAFT = "draft"  #: Nothing of it is seen by anybody but those who set it up.
        LIVE = "live"
        OFFLINE = "offline"  #: Was live; its fees are shown and cannot be paid online, its open payments go on.

    cooperation = models.ForeignKey(Cooperation, on_delete=models.PROTECT)
    #: Since it first went live.
    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT, null=True, related_name="draft")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    #: By step (steps.py), in the form of a network's files; also what is wrong is kept, so that nothing typed is lost.
    answers = models.JSONField(default=dict)
    #: The secrets of the merchant account, as checkout/credentials.py seals them.
    credentials = models.BinaryField(default=b"")
    #: Codes of branches and kinds of fee that the library system named or real fees carried; nothing of any person.
    seen = models.JSONField(default=dict)
    #: Goes up with every change, so that two who work at once do not overwrite each other.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    live_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="draft_that_was_live_has_a_municipality",
                condition=Q(state="draft", municipality__isnull=True)
                | ~Q(state="draft") & Q(municipality__isnull=False, live_at__isnull=False),
            ),
        ]


class OneCent(models.Model):
    """A payment of the smallest amount to the draft's merchant account, to see that it works.

    It is no Payment: no fee, no patron, no entry in the books, nothing told to the library system (ADR 68).
    """

    class State(models.TextChoices):
        ASKING = "asking"  #: The provider is being asked for its page.
        OPEN = "open"
        PAID = "paid"
        FAILED = "failed"  #: Given up on the provider's page; it may still be paid there.
        REFUSED = "refused"  #: The provider gave no page; `detail` says why.

    class Return(models.TextChoices):
        ASKING = "asking"
        PENDING = "pending"
        RETURNED = "returned"
        FAILED = "failed"
        BY_HAND = "by_hand"  #: The provider's interface pays nothing back.

    token = models.UUIDField(unique=True, default=uuid.uuid4)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="cents")
    provider = models.CharField(max_length=30)
    account = models.CharField(max_length=60)
    sub_merchant = models.CharField(max_length=60, blank=True)
    #: Those it was made with; another secret later means another try.
    credentials = models.BinaryField()
    amount_cents = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKING)
    provider_reference = models.CharField(max_length=100, blank=True)
    pay_url = models.CharField(max_length=2000, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    given_back = models.CharField(max_length=10, choices=Return.choices, blank=True)
    started_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_cent_paid_at", condition=~Q(state="paid") | Q(paid_at__isnull=False)),
        ]
