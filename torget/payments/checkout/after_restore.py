"""After the database was restored to an earlier moment: what was done since stands in others' books, not in ours.

No order, refund or fee charged again is sent until it is known that it did not go out before. So whatever waits to be
sent is put in doubt, as if an answer had been lost; the worker then asks the library system by our marker, and waits
for the provider's word on refunds. Run it before any worker starts; a second run changes nothing that is settled.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from torget.foundation.audit.record import record
from torget.payments.checkout.load import AttemptFacts, PaymentFacts, load_payment
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.move import move_payment, refund_facts
from torget.payments.checkout.receive import MessageNotBelieved, ask_provider
from torget.payments.checkout.register_steps import save_attempt
from torget.payments.checkout.reversal_model import Reversal, ReversalAttempt
from torget.payments.checkout.waiver_model import Waiver
from torget.payments.core.checkout import UNPAID, Event, State
from torget.payments.core.ports import ProviderRefused, ProviderUnavailable, RegistrationOutcome
from torget.payments.core.schedule import DIFFERENCE_PROVES

ASKED_FOR = timedelta(days=8)
"""A payment older than this was not polled any more even before."""

NUMBERS_SKIPPED = 1_000_000
"""More than can have been given out since; a bank reference or a marker must never be given out twice."""

_SEQUENCES = (
    "'checkout_reference'",
    "pg_get_serial_sequence('checkout_payment', 'id')",
    "pg_get_serial_sequence('checkout_refund', 'id')",
)
_WHY = {"why": "the database was restored"}


@dataclass(slots=True, kw_only=True)
class Restored:
    """How many of what; the ids are of those that could not be settled now."""

    asked: int = 0
    found_paid: int = 0
    in_doubt: int = 0
    for_a_person: int = 0
    refunds_in_doubt: int = 0
    charges_in_doubt: int = 0
    not_answered: list[int] = field(default_factory=list)


def settle_after_restore(*, restored_to: datetime, at: datetime, actor: str) -> Restored:
    """Calls the providers, so never inside a transaction. `not_answered` must be empty before workers start."""
    done = Restored()
    _skip_numbers(restored_to)
    _ask_providers(restored_to, at, done)
    for pk in (
        Payment.objects.filter(state__in=[State.PAID, State.REGISTERING]).order_by("id").values_list("id", flat=True)
    ):
        _doubt_registration(load_payment(pk), restored_to, at, done)
    for pk in Payment.objects.filter(state=State.REFUND_DUE).order_by("id").values_list("id", flat=True):
        _doubt_refund(load_payment(pk), at, done)
    _doubt_charges(restored_to, at, done)
    record(
        at=at,
        actor=actor,
        action="settle after restore",
        subject="database",
        detail={"restored_to": restored_to.isoformat(), "found_paid": done.found_paid, "in_doubt": done.in_doubt},
    )
    return done


def _skip_numbers(restored_to: datetime) -> None:
    """Once for each restore: the audit log of the restored database tells whether it was done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM audit_auditentry WHERE action = 'settle after restore' "
            "AND detail ->> 'restored_to' = %s)",
            [restored_to.isoformat()],
        )
        if cursor.fetchone()[0]:
            return
        for sequence in _SEQUENCES:
            cursor.execute(
                f"SELECT setval({sequence}::regclass, nextval({sequence}::regclass) + %s)",
                [NUMBERS_SKIPPED],
            )


def _ask_providers(restored_to: datetime, at: datetime, done: Restored) -> None:
    """Money may have come since, and gone on to the library system; the provider knows the first."""
    unpaid = Payment.objects.filter(state__in=sorted(UNPAID), created_at__gt=restored_to - ASKED_FOR).exclude(
        provider_reference=""
    )
    for pk in unpaid.order_by("id").values_list("id", flat=True):
        done.asked += 1
        try:
            done.found_paid += ask_provider(payment=load_payment(pk), at=at) is State.PAID
        except ProviderRefused:
            continue  # It never had such a payment, or has it no longer: nothing was paid.
        except (ProviderUnavailable, MessageNotBelieved):
            done.not_answered.append(pk)


def _call_human(payment: PaymentFacts, at: datetime) -> bool:
    state = move_payment(
        payment=payment,
        event=Event.NEEDS_HUMAN,
        at=at,
        actor="worker",
        detail=_WHY,
        attention_reason="registration_unclear",
    )
    return state is not None


def _doubt_registration(payment: PaymentFacts, restored_to: datetime, at: datetime, done: Restored) -> None:
    if payment.other_lines:
        # Of several cards: any of them may have been told, and one attempt cannot stand for all.
        done.for_a_person += _call_human(payment, at)
        return
    if payment.state is State.PAID:
        try:
            with transaction.atomic():
                state = move_payment(
                    payment=payment, event=Event.REGISTRATION_STARTED, at=at, actor="worker", detail=_WHY
                )
        except IntegrityError:
            # Another payment of the same patron is in doubt already, and there is one place for both.
            done.for_a_person += _call_human(payment, at)
            return
        if state is None:
            return
        payment = load_payment(payment.id)
    last = payment.last_attempt
    if last is None or last.outcome:
        fees = {line.fee_reference: line.amount.cents for line in payment.lines}
        last = AttemptFacts(number=payment.attempts + 1, outcome="", before=fees, ordered=fees)
        # As if ordered long ago: a difference of the account proves nothing any more.
        save_attempt(payment, last, restored_to - DIFFERENCE_PROVES)
    done.in_doubt += bool(
        move_payment(
            payment=payment,
            event=Event.ANSWER_LOST,
            at=at,
            actor="worker",
            detail=_WHY,
            attempt={"number": last.number, "outcome": RegistrationOutcome.UNKNOWN, "detail": "database restored"},
        )
    )


def _doubt_refund(payment: PaymentFacts, at: datetime, done: Restored) -> None:
    """The provider may have it; its word is waited for, and a person looks when none comes."""
    for event, state in ((Event.REFUND_ASKED, "asked"), (Event.REFUND_ANSWER_LOST, "pending")):
        refund = Refund.objects.get(payment_id=payment.id, state__in=["due", "asked"])
        moved = move_payment(
            payment=payment,
            event=event,
            at=at,
            actor="worker",
            detail=_WHY,
            refund=refund_facts(refund),
            refund_state=state,
        )
        if moved is None:
            return
        payment = load_payment(payment.id)
    done.refunds_in_doubt += 1


def _doubt_charges(restored_to: datetime, at: datetime, done: Restored) -> None:
    """Fees to be charged again, and to be forgiven."""
    with transaction.atomic():
        for reversal in Reversal.objects.select_for_update().filter(state="due"):
            ReversalAttempt.objects.create(
                reversal=reversal,
                number=reversal.attempts.count() + 1,
                started_at=restored_to,
                outcome=RegistrationOutcome.UNKNOWN,
                detail="database restored",
                finished_at=at,
            )
            reversal.state, reversal.next_at, reversal.changed_at = "uncertain", at, at
            reversal.save(update_fields=["state", "next_at", "changed_at"])
            done.charges_in_doubt += 1
        done.charges_in_doubt += Waiver.objects.filter(state="due").update(
            state="uncertain", attempts=F("attempts") + 1, changed_at=at
        )
