"""Payment links: an address on a letter or a screen that leads one card's chosen fees to payment, without a PIN."""

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Patron
from torget.payments.checkout.models import Checkout


class PaymentLink(models.Model):
    """Holds no title and no name: the fees are read anew whenever it is opened."""

    class Kind(models.TextChoices):
        LETTER = "letter"  #: on a reminder, on paper or by e-mail
        DESK = "desk"  #: on the screen of the desk, or read out on the phone
        KIOSK = "kiosk"  #: on the screen of a kiosk in the library

    #: Unguessable; the address that the QR code carries.
    token = models.CharField(max_length=43)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    patron = models.ForeignKey(Patron, on_delete=models.PROTECT)
    #: As the library system knew the card when the link was made.
    card_number = models.CharField(max_length=40)
    #: Whose desk made it, and sees it; empty for a kiosk.
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True)
    language = models.CharField(max_length=2)
    #: 'staff:12', 'patron:7'
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=60, blank=True)
    #: Wrong ends of the card number, over the whole life of the link.
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token"], name="payment_link_token_once"),
            models.CheckConstraint(
                name="payment_link_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by="") | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
            ),
            models.CheckConstraint(name="payment_link_ends_later", condition=Q(expires_at__gt=models.F("made_at"))),
            models.CheckConstraint(
                name="payment_link_of_a_desk", condition=Q(kind="kiosk") | Q(municipality__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["municipality", "-made_at"], name="payment_link_of_desk")]


class LinkFee(models.Model):
    """One fee of a link with the amount that the letter states."""

    link = models.ForeignKey(PaymentLink, on_delete=models.CASCADE, related_name="fees", db_index=False)
    position = models.PositiveSmallIntegerField()
    fee_reference = models.CharField(max_length=60)
    fee_kind = models.CharField(max_length=40)
    payee = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    amount_cents = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "position"], name="link_fee_position_once"),
            models.UniqueConstraint(fields=["link", "fee_reference"], name="link_fee_once"),
            models.CheckConstraint(name="link_fee_not_zero", condition=Q(amount_cents__gt=0)),
        ]


class LinkCheckout(models.Model):
    """A checkout that began from a link; made in the same commit."""

    link = models.ForeignKey(PaymentLink, on_delete=models.CASCADE, related_name="checkouts")
    #: Without a constraint, because retention removes abandoned checkouts by SQL of their own part.
    checkout = models.OneToOneField(
        Checkout, on_delete=models.DO_NOTHING, related_name="from_link", db_constraint=False
    )
