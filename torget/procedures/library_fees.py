"""What procedures about one fee of the library have in common: the fee, its hold, and its facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from torget.casework.core.facts import Fact, FactSet, FactValue
from torget.casework.core.procedure import EffectOutcome, EffectResult, Subject
from torget.payments.core.ports import AccountSnapshot, LibraryFee
from torget.payments.fees.deadline import answer_in_time
from torget.payments.fees.holds import end_hold, place_hold
from torget.payments.fees.library_systems import library_system

FROM_LIBRARY, FROM_PAYMENTS, FROM_FORM, FROM_REGISTER = "library system", "payments", "form", "register"
END_HOLD = "end_hold"
Found = dict[str, tuple[FactValue, str, str]]
"""By the fact's name: its value, its source, and what was read there."""


def fee_of(subject: Subject) -> dict[str, str]:
    """Which fee it is about, as payments name it."""
    return {name: str(subject[name]) for name in ("library_system", "patron_reference", "fee_reference")}


def hold_fee(subject: Subject, origin: str, at: datetime) -> None:
    """While the question is open the fee need not be paid. An errand without a fee holds nothing."""
    if subject.get("fee_reference"):
        place_hold(**fee_of(subject), origin=origin, at=at)


def free_fee(_subject: Subject, origin: str, at: datetime) -> None:
    end_hold(origin=origin, at=at)


def hold_to_end(subject: Subject) -> tuple[str, Mapping[str, Any]]:
    """The order that every decision ends with."""
    return END_HOLD, {"origin": subject.get("origin", "")}


def end_the_hold(payload: Mapping[str, Any], at: datetime) -> EffectResult:
    end_hold(origin=payload["origin"], at=at)
    return EffectResult(outcome=EffectOutcome.DONE)


def read_account(subject: Subject) -> tuple[AccountSnapshot, LibraryFee | None]:
    """The account, and the fee on it. Raise LibrarySystemError while the library system gives no answer."""
    library = library_system(subject["library_system"])
    account = answer_in_time(
        lambda: library.account(
            patron_reference=subject["patron_reference"], card_number=subject.get("card_number", "")
        )
    )
    reference = str(subject["fee_reference"])
    return account, next((fee for fee in account.fees if fee.reference == reference), None)


def fact_set(found: Found, at: datetime) -> FactSet:
    return FactSet(
        tuple(
            Fact(name=name, value=value, source=source, source_reference=reference, read_at=at)
            for name, (value, source, reference) in found.items()
        )
    )
