"""Koha's JSON in our words: which of its fields feeds which of ours, as tables."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from torget.foundation.core.money import Money
from torget.payments.core.ports import LibraryFee, LibrarySystemUnavailable, PatronIdentity

Json = Mapping[str, Any]

# Koha keeps amounts as decimal(28,6); anything finer is an artefact of its arithmetic.
_SIX_DECIMALS: Final = Decimal("0.000001")
_CENT: Final = Decimal("0.01")

# An overdue fee carries this status until the item comes back; until then it grows every night.
GROWING_STATUSES: Final = frozenset({"UNRETURNED"})

_REDACTED: Final = (
    "Koha hides the field '{field}' from the interface user: give that user a library that stands above all branches"
)


def required(source: Json, field: str) -> Any:
    """A field that Koha always has; null means that Koha redacts it, and then no fee list could be trusted."""
    value = source.get(field) if isinstance(source, Mapping) else None
    if value is None:
        raise LibrarySystemUnavailable(_REDACTED.format(field=field))
    return value


def rows(value: Any) -> list[Json]:
    """A list of objects, as every list of Koha is."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise LibrarySystemUnavailable("Koha answered with something that is not a list of records")
    return value


def exact(source: Json, field: str) -> Decimal:
    """An amount with Koha's six decimals."""
    value = required(source, field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise LibrarySystemUnavailable(f"Koha's field '{field}' is not an amount")
    try:
        amount = Decimal(value).quantize(_SIX_DECIMALS, ROUND_HALF_EVEN)
    except ArithmeticError:
        raise LibrarySystemUnavailable(f"Koha's field '{field}' is not an amount") from None
    if not amount.is_finite():
        raise LibrarySystemUnavailable(f"Koha's field '{field}' is not an amount")
    return amount


def money(source: Json, field: str) -> Money:
    """Whole cents, rounded towards zero: paying a fraction of a cent too much would leave a credit behind."""
    return Money.from_decimal(exact(source, field).quantize(_CENT, ROUND_DOWN))


def text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def text_or_none(value: Any) -> str | None:
    return text(value) or None


def day(value: Any) -> date | None:
    """The day of a Koha date or date-time, both of which begin with it."""
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def language(value: Any) -> str | None:
    """'sv' from 'sv-SE'; 'default' means that the patron has not chosen."""
    match = re.fullmatch(r"([a-z]{2})(-.*)?", text(value))
    return match.group(1) if match else None


def _title(biblio: Any) -> str | None:
    """Title and part of title as a patron would say them, without the cataloguer's closing marks."""
    if not isinstance(biblio, Mapping):
        return None
    parts = (text(biblio.get("title")), text(biblio.get("subtitle")))
    return " ".join(part.rstrip(" /:;,") for part in parts if part) or None


# Our field ← (where it comes from, Koha's field, how it is read).
_LINE, _ITEM, _CHECKOUT = "line", "item", "checkout"
FEE_TABLE: Final[dict[str, tuple[str, str, Callable[[Any], Any]]]] = {
    "description": (_LINE, "description", text),
    "status": (_LINE, "status", text),
    "is_growing": (_LINE, "status", lambda status: text(status) in GROWING_STATUSES),
    "incurred_on": (_LINE, "date", day),
    "fee_branch": (_LINE, "library_id", text_or_none),
    "title": (_ITEM, "biblio", _title),
    "item_home_branch": (_ITEM, "home_library_id", text_or_none),
    "due_date": (_CHECKOUT, "due_date", day),
    "returned_on": (_CHECKOUT, "checkin_date", day),
}

PATRON_TABLE: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "language": ("lang", language),
    "home_branch": ("library_id", text_or_none),
    "email": ("email", text_or_none),
    "sms_number": ("sms_number", text_or_none),
    "expires_on": ("expiry_date", day),
    "born_on": ("date_of_birth", day),
    "shows_fees_to_guardian": ("privacy_guarantor_fines", bool),
}


def read_fee(line: Json, *, item: Json, checkout: Json) -> LibraryFee:
    """A debit line with what is known of its item and loan; both may be empty, as for a new card."""
    sources = {_LINE: line, _ITEM: item, _CHECKOUT: checkout}
    mapped = {ours: read(sources[place].get(koha)) for ours, (place, koha, read) in FEE_TABLE.items()}
    return LibraryFee(
        reference=str(required(line, "account_line_id")),
        kind=text(line.get("debit_type") or required(line, "account_type")),
        outstanding=money(line, "amount_outstanding"),
        charged=money(line, "amount"),
        **mapped,
    )


def read_patron(patron: Json, *, card_number: str, child_categories: frozenset[str]) -> PatronIdentity:
    """`category_id` is never empty in Koha, so its absence betrays redaction."""
    category = text(required(patron, "category_id"))
    required(patron, "library_id")
    mapped = {ours: read(patron.get(koha)) for ours, (koha, read) in PATRON_TABLE.items()}
    names = (text(patron.get("firstname")), text(patron.get("surname")))
    return PatronIdentity(
        reference=str(required(patron, "patron_id")),
        card_number=text(patron.get("cardnumber")) or card_number,
        name=" ".join(name for name in names if name),
        is_child=category in child_categories,
        loan_ban=bool(patron.get("restricted")) or bool(patron.get("patron_card_lost")),
        **mapped,
    )
