"""Mikromarc's debts and borrowers in our words."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from torget.connectors.library_systems.amounts import NotAnAmount, read_cents
from torget.foundation.core.money import ZERO
from torget.payments.core.ports import LibraryFee, LibrarySystemUnavailable, PatronIdentity

Json = Mapping[str, Any]

OPEN_STATES: Final = frozenset({"Estimated", "Unpaid"})
ACCRUING_STATE: Final = "Estimated"
"""The loan is not back yet, and the debt grows with it."""


def read_fee(debt: Json, *, payable: frozenset[str]) -> LibraryFee | None:
    """None for a debt with nothing open. Raise LibrarySystemUnavailable if it cannot be trusted."""
    try:
        outstanding = read_cents(debt["Remainder"])
        charged = read_cents(debt["Amount"])
        reference = str(int(debt["Id"]))
    except (KeyError, ValueError, TypeError, NotAnAmount):
        raise LibrarySystemUnavailable("Mikromarc: a debt without number or amount") from None
    if debt.get("State") not in OPEN_STATES or outstanding <= ZERO:
        return None
    return LibraryFee(
        reference=reference,
        kind=_text(debt.get("AccountCodeId")),
        is_barred=reference not in payable,
        outstanding=outstanding,
        charged=charged,
        description=_text(debt.get("AccountCodeName")),
        title=_text(debt.get("MarcRecordTitle")) or None,
        status=_text(debt.get("State")),
        is_growing=debt.get("State") == ACCRUING_STATE,
        incurred_on=_day(debt.get("DebtDate")),
        fee_branch=_text(debt.get("LocalUnitId")) or None,
    )


def read_borrower(borrower: Json, *, reference: str, card_number: str) -> PatronIdentity:
    """The name comes as 'Last, First'."""
    last, _comma, first = _text(borrower.get("Name")).partition(",")
    return PatronIdentity(
        reference=reference,
        card_number=_text(borrower.get("Barcode")) or card_number,
        name=" ".join(part.strip() for part in (first, last) if part.strip()),
        email=_text(borrower.get("MainEmail")) or None,
        home_branch=_text(borrower.get("HomeUnitId")) or None,
        expires_on=_day(borrower.get("Expires")),
        loan_ban=borrower.get("Defaulted") is True,
    )


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
