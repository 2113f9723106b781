"""Forgive a fee in the library system because it was decided so: at most once, by the procedure of a registration.

The caller asks again with the same key until the answer is final; each call takes the waiver as far as it goes now.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection, transaction

from torget.foundation.core.money import Money
from torget.payments.checkout.models import PaymentLine
from torget.payments.checkout.waiver_model import Waiver
from torget.payments.core.ports import (
    LibrarySystem,
    LibrarySystemError,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
)
from torget.payments.core.schedule import LEASE, SETTLE_TIME
from torget.payments.fees.library_systems import library_system


class Waived(StrEnum):
    BOOKED = "booked"
    NOT_OPEN = "not_open"  #: The fee is paid or gone: there is nothing to forgive.
    REFUSED = "refused"  #: The library system said no.
    DESK = "desk"  #: The library system cannot do it; a person does it there.
    LATER = "later"  #: Not yet, or not known yet: ask again.


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverOrder:
    key: str
    library_system: str
    patron_reference: str
    card_number: str
    fee_reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverAnswer:
    result: Waived
    detail: str = ""


def waive_fee(order: WaiverOrder, *, at: datetime) -> WaiverAnswer:
    """Never call it inside a transaction: the attempt must be committed before the order goes out."""
    waiver = _known(order, at)
    if waiver.state in ("booked", "refused", "desk", "not_open"):
        return WaiverAnswer(result=Waived(waiver.state), detail=waiver.detail)
    try:
        return _take_further(waiver, library_system(waiver.library_system), at)
    except LibrarySystemError as error:
        return WaiverAnswer(result=Waived.LATER, detail=str(error))


def _take_further(waiver: Waiver, library: LibrarySystem, at: datetime) -> WaiverAnswer:
    if not library.capabilities.can_waive:
        return _finish(waiver, Waived.DESK, "the library system cannot forgive a fee", at)
    if waiver.state in ("sending", "uncertain"):
        return _find_out(waiver, library, at)
    open_now = library.open_fees(patron_reference=waiver.patron_reference, card_number=waiver.card_number)
    stands_open = open_now.get(waiver.fee_reference)
    if stands_open is None:
        return _finish(waiver, Waived.NOT_OPEN, "the fee is not open any more", at)
    if stands_open.cents < waiver.amount_cents:
        return _finish(waiver, Waived.REFUSED, f"unpaid is only {stands_open}", at)
    if not _begin(waiver, at):
        return WaiverAnswer(result=Waived.LATER, detail="the patron's account is being written to")
    return _send(waiver, library, at)


def _known(order: WaiverOrder, at: datetime) -> Waiver:
    waiver, _made = Waiver.objects.get_or_create(
        key=order.key,
        defaults={
            "library_system": order.library_system,
            "patron_reference": order.patron_reference,
            "card_number": order.card_number,
            "fee_reference": order.fee_reference,
            "amount_cents": order.amount.cents,
            "marker": uuid.uuid4(),
            "state": "due",
            "created_at": at,
            "changed_at": at,
        },
    )
    return waiver


def _begin(waiver: Waiver, at: datetime) -> bool:
    """Commit that an order is about to go out, unless the patron or the fee is busy."""
    with transaction.atomic(), connection.cursor() as cursor:
        who = [waiver.library_system, waiver.patron_reference]
        cursor.execute("SELECT pg_advisory_xact_lock(patron_lock(%s, %s))", who)
        cursor.execute("SELECT patron_is_written_to(%s, %s)", who)
        in_payment = PaymentLine.objects.filter(
            library_system=waiver.library_system,
            patron_reference=waiver.patron_reference,
            fee_reference=waiver.fee_reference,
            is_open=True,
        )
        if cursor.fetchone()[0] or in_payment.exists():
            return False
        moved = Waiver.objects.filter(pk=waiver.pk, state="due", attempts=waiver.attempts).update(
            state="sending", attempts=waiver.attempts + 1, changed_at=at
        )
    waiver.state = "sending"
    return bool(moved)


def _send(waiver: Waiver, library: LibrarySystem, at: datetime) -> WaiverAnswer:
    answer = library.waive(
        RegistrationOrder(
            marker=str(waiver.marker),
            marker_number=waiver.pk,
            patron_reference=waiver.patron_reference,
            card_number=waiver.card_number,
            lines=(RegistrationLine(fee_reference=waiver.fee_reference, amount=Money(waiver.amount_cents)),),
        )
    )
    if answer.outcome is RegistrationOutcome.BOOKED:
        return _finish(waiver, Waived.BOOKED, answer.detail, at)
    if answer.outcome is RegistrationOutcome.REFUSED:
        return _finish(waiver, Waived.REFUSED, answer.detail, at)
    again = "due" if answer.outcome is RegistrationOutcome.NOT_SENT else "uncertain"
    return _wait(waiver, again, answer.detail, at)


def _find_out(waiver: Waiver, library: LibrarySystem, at: datetime) -> WaiverAnswer:
    """An order went out and its answer was lost, or its worker died. Raise LibrarySystemError."""
    settles = LEASE if waiver.state == "sending" else SETTLE_TIME
    if at - waiver.changed_at < settles:
        return WaiverAnswer(result=Waived.LATER, detail="the answer is not known yet")
    found = library.find_registration(patron_reference=waiver.patron_reference, marker=str(waiver.marker))
    if found is None:
        return _wait(waiver, "due", "surely not in the library system", at)
    if found.amount.cents != waiver.amount_cents:
        return _finish(waiver, Waived.DESK, f"the library system has {found.amount}", at)
    return _finish(waiver, Waived.BOOKED, "found by our marker", at)


def _finish(waiver: Waiver, result: Waived, detail: str, at: datetime) -> WaiverAnswer:
    Waiver.objects.filter(pk=waiver.pk, state=waiver.state).update(state=result, detail=detail[:300], changed_at=at)
    return WaiverAnswer(result=result, detail=detail)


def _wait(waiver: Waiver, state: str, detail: str, at: datetime) -> WaiverAnswer:
    Waiver.objects.filter(pk=waiver.pk, state=waiver.state).update(state=state, detail=detail[:300], changed_at=at)
    return WaiverAnswer(result=Waived.LATER, detail=detail)
