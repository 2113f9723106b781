"""What payments know of a person: payments with their fees, events and refunds, notices, and who looked at them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.person import Person, Section
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.checkout.models import Checkout, Payment, PaymentEvent, PaymentLine, Refund, RegistrationAttempt
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.checkout.waiver_model import Waiver
from torget.payments.core.checkout import State
from torget.payments.fees.models import FeeHold

_OVER = (State.REGISTERED, State.REFUNDED, State.FAILED, State.EXPIRED)
_OPEN_REFUND = ("proposed", "due", "asked", "pending")


def _own_lines(person: Person) -> QuerySet[PaymentLine]:
    return PaymentLine.objects.filter(library_system=person.library_system, patron_reference=person.reference)


def _payments(person: Person) -> QuerySet[Payment]:
    """Of the person's card, whoever paid; and what the person paid, of whose card it may be."""
    payer = Q(checkout__patron__library_system=person.library_system, checkout__patron__reference=person.reference)
    return Payment.objects.filter(payer | Q(pk__in=_own_lines(person).values("payment_id")))


def _is_payer(person: Person, payment: Payment) -> bool:
    payer = payment.checkout.patron
    return (payer.library_system, payer.reference) == (person.library_system, person.reference)


def _notices(payments: Iterable[Payment]) -> QuerySet[OutgoingEmail]:
    """Receipts and refund notices, by what they are about."""
    ids = [payment.pk for payment in payments]
    refunds = Refund.objects.filter(payment_id__in=ids).values_list("pk", flat=True)
    about = Q(about__in=[f"receipt:{pk}" for pk in ids])
    for pk in refunds:
        about |= Q(about__startswith=f"refund:{pk}:")
    return OutgoingEmail.objects.filter(about)


def _is_of(person: Person, payment: Payment) -> bool:
    return (payment.library_system, payment.patron_reference) == (person.library_system, person.reference)


def _payment_row(person: Person, one: Payment) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "municipality": one.municipality.slug,
        "amount_cents": one.amount_cents,
        "refunded_cents": one.refunded_cents,
        "state": one.state,
        "method": one.method,
        "card_number": one.card_number if _is_of(person, one) else "",
        "email": one.checkout.email if _is_payer(person, one) else "",
        "had_loan_ban": one.checkout.had_loan_ban,
        "created_at": one.created_at,
        "paid_at": one.paid_at,
        "registered_at": one.registered_at,
    }


def sections(person: Person) -> list[Section]:
    payments = list(_payments(person).select_related("checkout__patron", "municipality").order_by("created_at"))
    paid_by_person = [one.pk for one in payments if _is_payer(person, one)]
    ids = [payment.pk for payment in payments]
    own = {"library_system": person.library_system, "patron_reference": person.reference}
    lines = PaymentLine.objects.filter(
        Q(payment_id__in=paid_by_person) | Q(pk__in=_own_lines(person).values("pk"))
    ).order_by("payment_id", "position")
    events = PaymentEvent.objects.filter(payment_id__in=ids).order_by("at", "pk")
    attempts = RegistrationAttempt.objects.filter(payment_id__in=ids).order_by("started_at")
    refunds = Refund.objects.filter(payment_id__in=ids).order_by("created_at")
    reversals = Reversal.objects.filter(refund_id__in=[one.pk for one in refunds]).order_by("refund_id", "position")
    seen = AuditEntry.objects.filter(subject__in=[f"payment:{pk}" for pk in ids]).order_by("at")
    found: dict[str, Iterable[Mapping[str, Any]]] = {
        "payments": [_payment_row(person, one) for one in payments],
        "fees": lines.values(
            "fee_reference", "fee_kind", "title", "amount_cents", "due_date", "returned_on", "outcome"
        ),
        "events": events.values("payment_id", "at", "actor", "event", "to_state", "detail"),
        "registrations": attempts.values("payment_id", "started_at", "outcome", "detail"),
        "refunds": refunds.values(
            "payment_id", "amount_cents", "state", "reason", "email", "created_at", "finished_at"
        ),
        "reversals": reversals.values(
            "amount_cents", "state", "created_at", "changed_at", payment_id=F("refund__payment_id")
        ),
        "waivers": Waiver.objects.filter(**own).values("fee_reference", "amount_cents", "state", "created_at"),
        "fee_holds": FeeHold.objects.filter(**own).values("fee_reference", "placed_at", "ended_at"),
        "notices": _notices(one for one in payments if _is_payer(person, one))
        .order_by("created_at")
        .values("created_at", "recipient", "subject", "body"),
        "payment_audit": seen.values("at", "actor", "action", "subject", "why"),
    }
    return [Section(code=code, rows=list(rows)) for code, rows in found.items()]


def obstacles(person: Person) -> list[str]:
    payments = _payments(person)
    found = [
        f"Payment {one.reference} is not over: {one.state}." for one in payments.exclude(state__in=_OVER).order_by("pk")
    ]
    found += [
        f"Payment {one.reference} may still be paid; the provider is asked until {one.next_at:%d.%m.%Y}."
        for one in payments.filter(state__in=_OVER, next_at__isnull=False).order_by("pk")
    ]
    found += [
        f"A refund of payment {one.payment.reference} is open: {one.state}."
        for one in Refund.objects.filter(payment__in=payments, state__in=_OPEN_REFUND).select_related("payment")
    ]
    found += [
        f"A fee of payment {one.refund.payment.reference} is still to be charged again."
        for one in Reversal.objects.filter(refund__payment__in=payments)
        .exclude(state__in=["booked", "done"])
        .select_related("refund__payment")
    ]
    own = Waiver.objects.filter(library_system=person.library_system, patron_reference=person.reference)
    if own.filter(state__in=["due", "sending", "uncertain"]).exists():
        found.append("A fee is about to be forgiven in the library system.")
    return found


def kept(person: Person) -> list[str]:
    count = _payments(person).filter(paid_at__isnull=False).count()
    return [f"Vouchers stay six calendar years, without names: {count}."] if count else []


def erase(person: Person, _at: datetime) -> dict[str, int]:
    """Vouchers stay, as the accounting act wants, without card, address, title and loan. The rest goes."""
    payments = list(_payments(person).select_related("checkout__patron"))
    of_card = [payment.pk for payment in payments if _is_of(person, payment)]
    paid = [payment for payment in payments if _is_payer(person, payment)]
    own = {"library_system": person.library_system, "patron_reference": person.reference}
    done = {"notices": _notices(paid).delete()[0]}
    with connection.cursor() as cursor:
        # The function takes what was never paid and has rested for two weeks; the younger ones lose their names below.
        unpaid = [one.pk for one in payments if one.paid_at is None]
        cursor.execute("SELECT retention_remove_payments(%s::bigint[])", [unpaid])
        done["abandoned"] = cursor.fetchone()[0]
    lines = _own_lines(person)
    lines.exclude(card_number="").update(card_number="")
    done["titles"] = lines.exclude(title="", due_date=None, returned_on=None).update(
        title="", due_date=None, returned_on=None
    )
    done["payments"] = (
        Payment.objects.filter(pk__in=of_card).exclude(card_number="", pay_url="").update(card_number="", pay_url="")
    )
    Checkout.objects.filter(pk__in=[one.checkout_id for one in paid]).update(email="", had_loan_ban=False)
    Refund.objects.filter(payment_id__in=[one.pk for one in paid]).update(email="")
    done["waivers"] = Waiver.objects.filter(**own).exclude(card_number="").update(card_number="")
    done["fee_holds"] = FeeHold.objects.filter(**own, ended_at__isnull=False).delete()[0]
    return done
