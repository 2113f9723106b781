"""A checkout, its payments, and everything that happens to them.

The rows here change in one place only: the SQL functions of migration 0003, called by move.py and start.py.
"""

from django.db import models
from django.db.models import Q

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.foundation.people.models import Employee, Patron
from torget.payments.checkout import (  # noqa: F401 - Django finds the models of an app from here
    reversal_model,
    waiver_model,
)
from torget.payments.core.checkout import PATRON_LOCKING, State

_STATES = [(state.value, state.value) for state in State]


class MerchantAccount(models.Model):
    """Who receives money at a provider: one municipality, or a cooperation's aggregate that splits it."""

    provider = models.CharField(max_length=30)
    account = models.CharField(max_length=60)
    #: JSON of the connector's secrets, encrypted with the first of the credential keys (credentials.py).
    credentials = models.BinaryField()
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, blank=True)
    cooperation = models.ForeignKey(Cooperation, on_delete=models.PROTECT, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    #: Offered to the patron where the first account of the municipality gives no payment page; not used otherwise.
    is_second = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "account"], name="merchant_account_once"),
            models.CheckConstraint(
                name="merchant_account_has_one_owner",
                condition=Q(municipality__isnull=False, cooperation__isnull=True)
                | Q(municipality__isnull=True, cooperation__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["municipality", "is_second"],
                condition=Q(is_active=True, municipality__isnull=False),
                name="one_active_account_of_each_rank",
            ),
            models.CheckConstraint(
                name="second_account_is_a_municipalitys", condition=Q(is_second=False) | Q(municipality__isnull=False)
            ),
        ]


class SubMerchant(models.Model):
    """A municipality's own identifier under a cooperation's aggregate account."""

    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, related_name="sub_merchants")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    identifier = models.CharField(max_length=60)
    #: False: no new payments; what is open goes on, and what the provider settles is still known.
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_account", "municipality"], name="sub_merchant_once"),
        ]


class Checkout(models.Model):
    """What one patron set out to pay at one time, of one or more cards; has one payment per merchant account."""

    #: Unguessable; the address of its pages.
    token = models.CharField(max_length=43)
    patron = models.ForeignKey(Patron, on_delete=models.PROTECT)
    language = models.CharField(max_length=2)
    email = models.EmailField(blank=True)
    #: The patron had a loan ban when the checkout started; then the receipt can say that it is over.
    had_loan_ban = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token"], name="checkout_token_once")]


class Payment(models.Model):
    """One payment at one provider. The row is its own queue: `next_at` says when a worker must look at it.

    Every step of a payment adds to every index of this table, so there is none that nobody reads: foreign keys have
    theirs only where something looks them up, and a unique constraint instead of a unique field spares the second
    index for LIKE.
    """

    #: Unguessable and unique for ever: stamp at the provider, marker in the library system, part of our addresses.
    token = models.UUIDField(unique=True)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="payments", db_index=False)
    position = models.PositiveSmallIntegerField()
    #: Whose work list it falls on: the payee, or the coordinator's for a split payment of several payees.
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    merchant_account = models.ForeignKey(MerchantAccount, on_delete=models.PROTECT, db_index=False)
    #: The card that is being told, of several one after the other; which fees are of which stands in the lines.
    library_system = models.CharField(max_length=30)
    patron_reference = models.CharField(max_length=60)
    card_number = models.CharField(max_length=40)
    #: Finnish bank reference number (viite).
    reference = models.CharField(max_length=20)
    amount_cents = models.PositiveBigIntegerField()
    refunded_cents = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    state = models.CharField(max_length=20, choices=_STATES)
    next_at = models.DateTimeField(null=True)
    #: Fruitless tries in the present errand (registering, reconciling, refunding).
    tries = models.PositiveSmallIntegerField(default=0)
    provider_reference = models.CharField(max_length=100, blank=True)
    pay_url = models.CharField(max_length=2000, blank=True)
    method = models.CharField(max_length=40, blank=True)
    settlement_reference = models.CharField(max_length=60, blank=True)
    booking_reference = models.CharField(max_length=100, blank=True)
    attention_reason = models.CharField(max_length=60, blank=True)
    attention_owner = models.ForeignKey(Employee, on_delete=models.SET_NULL, null=True, blank=True, db_index=False)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="payment_reference_once"),
            models.UniqueConstraint(fields=["checkout", "position"], name="payment_position_once"),
            models.UniqueConstraint(
                fields=["library_system", "patron_reference"],
                condition=Q(state__in=sorted(PATRON_LOCKING)),
                name="one_registration_per_patron",
            ),
            models.UniqueConstraint(
                fields=["merchant_account", "provider_reference"],
                condition=~Q(provider_reference=""),
                name="provider_reference_once",
            ),
            models.CheckConstraint(
                name="never_refund_more_than_paid", condition=Q(refunded_cents__lte=models.F("amount_cents"))
            ),
            models.CheckConstraint(name="payment_not_zero", condition=Q(amount_cents__gt=0)),
            models.CheckConstraint(
                name="attention_has_a_reason", condition=~Q(state="attention") | ~Q(attention_reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="payment_due"),
            # What may need a person; the condition must stand in the query in the same words.
            models.Index(
                fields=["state", "created_at"],
                condition=Q(state__in=["attention", "pending"]),
                name="payment_attention",
            ),
            models.Index(
                fields=["attention_owner"],
                condition=Q(attention_owner__isnull=False),
                name="payment_attention_owner",
            ),
            models.Index(fields=["card_number"]),
            # The staff's search: newest first, within some days, with what it asks for, so that a rare amount is found
            # without reading the rows of all others.
            models.Index(
                fields=["created_at", "id"], include=["amount_cents", "state", "municipality"], name="payment_newest"
            ),
        ]

    @property
    def card_numbers(self) -> list[str]:
        """Every card that it has fees of, in their order; reads the lines."""
        lines = sorted(self.lines.all(), key=lambda line: line.position)
        return list(dict.fromkeys(line.card_number for line in lines if line.card_number)) or [self.card_number]


class PaymentLine(models.Model):
    """One fee in a payment."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    library_system = models.CharField(max_length=30)
    patron_reference = models.CharField(max_length=60)
    #: The fee's card, in a payment of several or by somebody else; where it is empty, the payment's.
    card_number = models.CharField(max_length=40, blank=True, db_default="")
    fee_reference = models.CharField(max_length=60)
    fee_kind = models.CharField(max_length=40)
    payee = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)
    #: Which part of the rule named the payee, a PayeeSource; empty in lines from before it was kept.
    payee_source = models.CharField(max_length=20, blank=True, db_default="")
    payee_shares = models.JSONField(default=dict)
    amount_cents = models.PositiveBigIntegerField()
    #: What went back or is on its way, without what is only proposed.
    refunded_cents = models.PositiveBigIntegerField(default=0, db_default=0)
    vat_permille = models.PositiveSmallIntegerField()
    ledger_account = models.CharField(max_length=20)
    product_code = models.CharField(max_length=60)
    #: For the patron's own receipt only: never sent to the provider, the bank or finance.
    title = models.CharField(max_length=300, blank=True)
    due_date = models.DateField(null=True)
    returned_on = models.DateField(null=True)
    #: True while the payment holds the fee.
    is_open = models.BooleanField()
    #: '' until known, then 'booked' or 'give_back'.
    outcome = models.CharField(max_length=10, blank=True)
    #: The fee's card could not be told and waits until then, while the payment's other cards are told.
    aside_until = models.DateTimeField(null=True)
    #: Fruitless tries of its card.
    aside_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    #: Why its card needs a person, once the other cards are told.
    aside_reason = models.CharField(max_length=60, blank=True, db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "position"], name="line_position_once"),
            models.UniqueConstraint(
                fields=["library_system", "patron_reference", "fee_reference"],
                condition=Q(is_open=True),
                name="fee_in_one_open_payment",
            ),
            models.CheckConstraint(name="line_not_zero", condition=Q(amount_cents__gt=0)),
            models.CheckConstraint(
                name="never_refund_more_of_a_line", condition=Q(refunded_cents__lte=models.F("amount_cents"))
            ),
        ]
        indexes = [
            models.Index(fields=["card_number"], condition=~Q(card_number=""), name="line_of_another_card"),
            # The condition must stand in the query in the same words (sql/patron_lock.sql).
            models.Index(
                fields=["library_system", "patron_reference"],
                condition=Q(outcome="", aside_until__isnull=False),
                name="line_set_aside",
            ),
        ]


class PaymentTransition(models.Model):
    """The legal steps, as in core/checkout.py; a test keeps the two the same."""

    from_state = models.CharField(max_length=20)
    event = models.CharField(max_length=30)
    to_state = models.CharField(max_length=20)
    #: The state holds its fees.
    holds = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_state", "event", "to_state"], name="transition_once"),
        ]


class PaymentEvent(models.Model):
    """One step of a payment; only added, never changed. (from_state, event, to_state) refers to a legal transition."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    #: 'patron', 'provider', 'worker', 'staff:12'
    actor = models.CharField(max_length=60)
    from_state = models.CharField(max_length=20)
    event = models.CharField(max_length=30)
    to_state = models.CharField(max_length=20)
    detail = models.JSONField(default=dict)


class ProviderMessageRecord(models.Model):
    """Every message of a provider as it came, and what we made of it; only added."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="messages")
    received_at = models.DateTimeField()
    #: 'return', 'callback', 'poll', 'refund'
    channel = models.CharField(max_length=10)
    #: 'applied', 'no change', or why it was not believed.
    verdict = models.CharField(max_length=60)
    #: The query or body as received, cut at 4,000 characters; signed values, no secrets.
    content = models.CharField(max_length=4000)


class RegistrationAttempt(models.Model):
    """One order to the library system, written before it is sent."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField()
    #: The card that the order was about; empty in orders from before a payment could be of several.
    library_system = models.CharField(max_length=30, blank=True, db_default="")
    patron_reference = models.CharField(max_length=60, blank=True, db_default="")
    started_at = models.DateTimeField()
    #: Open cents by fee before the order: what a lost answer is judged against.
    before = models.JSONField()
    #: The ordered cents by fee.
    ordered = models.JSONField()
    #: '' while in flight, else a RegistrationOutcome, or 'found' / 'unbooked' after reconciliation.
    outcome = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payment", "number"], name="attempt_number_once")]


class Refund(models.Model):
    """Money on its way back, or the proposal of it; the row is committed before the provider is asked."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    stamp = models.UUIDField(unique=True)
    amount_cents = models.PositiveBigIntegerField()
    #: Cents by line position.
    lines = models.JSONField()
    was_registered = models.BooleanField()
    #: 'proposed', 'due', 'asked', 'pending', 'refunded', 'failed', 'rejected', 'withdrawn', 'expired'
    state = models.CharField(max_length=10)
    provider_reference = models.CharField(max_length=100, blank=True)
    #: A RefundCategory; empty when Torget itself gives money back.
    category = models.CharField(max_length=20, blank=True, db_default="")
    reason = models.CharField(max_length=500)
    #: The fee is charged again in the library system when the money has gone back.
    opens_fee_again = models.BooleanField(default=False, db_default=False)
    #: The provider writes to the payer, who says where the money is to go.
    by_email = models.BooleanField(default=False, db_default=False)
    #: Where it writes, if not to the address of the checkout.
    email = models.EmailField(blank=True, db_default="")
    requested_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    #: Above the limit of a payee when it was asked for, so a second person decides.
    needs_second_person = models.BooleanField(default=False, db_default=False)
    #: When a proposal ends that nobody decides.
    expires_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True, db_default="")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True, db_default="")
    finished_at = models.DateTimeField(null=True)
    #: The provider said that it went out after it counted as failed; a person books it.
    said_paid_at = models.DateTimeField(null=True)
    #: Number of its credit note among those of the payment; given when the money has gone back.
    credit_note = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(state__in=["proposed", "due", "asked", "pending"]),
                name="one_open_refund",
            ),
            models.CheckConstraint(name="refund_not_zero", condition=Q(amount_cents__gt=0)),
            models.CheckConstraint(
                name="decided_by_another_person",
                condition=Q(decided_by="") | ~Q(decided_by=models.F("requested_by")),
            ),
            models.CheckConstraint(
                name="above_the_limit_two_people",
                condition=Q(needs_second_person=False)
                | ~Q(decided_by="")
                | Q(state__in=["proposed", "withdrawn", "expired"]),
            ),
            models.CheckConstraint(
                name="credit_note_when_refunded",
                condition=Q(state="refunded", credit_note__isnull=False)
                | (~Q(state="refunded") & Q(credit_note__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["payment", "credit_note"],
                condition=Q(credit_note__isnull=False),
                name="credit_note_once",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="proposed"), name="refund_proposed")]


class Receipt(models.Model):
    """Proof for the patron that the money was taken; its number is the payment's bank reference."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, primary_key=True, related_name="receipt")
    #: Unguessable: who has the link may see the receipt.
    token = models.CharField(max_length=43)
    issued_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token"], name="receipt_token_once")]
