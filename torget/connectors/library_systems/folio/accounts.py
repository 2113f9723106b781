"""FOLIO's accounts, users and actions in our words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from torget.connectors.library_systems.amounts import NotAnAmount, read_cents
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import FoundRegistration, LibraryFee, LibrarySystemUnavailable, PatronIdentity

Json = Mapping[str, Any]

CLAIMED_RETURNED: Final = "Suspended claim returned"


def read_fee(account: Json) -> LibraryFee | None:
    """None for an account with nothing open. Raise LibrarySystemUnavailable if it cannot be trusted."""
    try:
        outstanding, charged = read_cents(account["remaining"]), read_cents(account["amount"])
        reference = str(account["id"])
    except (KeyError, NotAnAmount):
        raise LibrarySystemUnavailable("FOLIO: an account without number or amount") from None
    if outstanding <= ZERO:
        return None
    kind = _text(account.get("feeFineType"))
    metadata = account.get("metadata")
    created = metadata.get("createdDate") if isinstance(metadata, Mapping) else None
    return LibraryFee(
        reference=reference,
        kind=kind,
        outstanding=outstanding,
        charged=charged,
        description=kind,
        title=_text(account.get("title")) or None,
        status=_name(account, "paymentStatus"),
        is_barred=_name(account, "paymentStatus") == CLAIMED_RETURNED,
        incurred_on=_day(created),
        due_date=_day(account.get("dueDate")),
        returned_on=_day(account.get("returnedDate")),
        # Fees belong to an owner, which is what a FOLIO has of branches; the network names it as one.
        fee_branch=_text(account.get("feeFineOwner")) or None,
    )


def read_user(user: Json, *, card_number: str) -> PatronIdentity:
    personal = user.get("personal")
    person = personal if isinstance(personal, Mapping) else {}
    names = (_text(person.get("firstName")), _text(person.get("lastName")))
    reference = _text(user.get("id"))
    if not reference:
        raise LibrarySystemUnavailable("FOLIO: a user without an id")
    return PatronIdentity(
        reference=reference,
        card_number=_text(user.get("barcode")) or card_number,
        name=" ".join(name for name in names if name),
        email=_text(person.get("email")) or None,
        expires_on=_day(user.get("expirationDate")),
        born_on=_day(person.get("dateOfBirth")),
    )


def read_actions(actions: Iterable[Json]) -> FoundRegistration | None:
    """What stands under our mark, fee by fee; two actions upon one fee are added up, and then differ from the order."""
    fees: dict[str, Money] = {}
    ids = []
    for action in actions:
        try:
            fee, amount = str(action["accountId"]), read_cents(action["amountAction"])
        except (KeyError, NotAnAmount):
            raise LibrarySystemUnavailable("FOLIO: an action without account or amount") from None
        fees[fee] = fees.get(fee, ZERO) + amount
        ids.append(_text(action.get("id")))
    if not fees:
        return None
    return FoundRegistration(
        amount=sum(fees.values(), ZERO), booking_reference=",".join(one for one in ids if one)[:100], fees=fees
    )


def _name(account: Json, field: str) -> str:
    found = account.get(field)
    return _text(found.get("name")) if isinstance(found, Mapping) else ""


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None
