"""Reading from Koha, and finding the account lines that carry a marker of ours."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.wire import KohaWire, error_text, read_json
from torget.foundation.core.money import total
from torget.payments.core.ports import FoundRegistration, LibrarySystemUnavailable, PatronNotFound

CREDITS_PATH: Final = "/patrons/{patron_id}/account/credits"
DEBITS_PATH: Final = "/patrons/{patron_id}/account/debits"


def patron_number(reference: str) -> int:
    """Koha's references are numbers; anything else must not reach a path."""
    if not reference.isascii() or not reference.isdigit():
        raise PatronNotFound
    return int(reference)


def read_path(
    wire: KohaWire, path: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Any:
    """Raise PatronNotFound or LibrarySystemUnavailable."""
    response = wire.get(path, params=params, headers=headers)
    if response.status_code == HTTPStatus.NOT_FOUND and "/patrons/" in path:
        raise PatronNotFound
    if response.status_code != HTTPStatus.OK:
        raise LibrarySystemUnavailable(f"Koha: {error_text(response)}")
    return read_json(response)


def find_marked(wire: KohaWire, path: str, patron_reference: str, marker: str) -> FoundRegistration | None:
    """The account lines with our marker, as one sum with Koha's sign. Raise LibrarySystemUnavailable."""
    query = json.dumps({"internal_note": {"-like": f"%{marker}%"}})
    try:
        url = path.format(patron_id=patron_number(patron_reference))
        found = field_map.rows(read_path(wire, url, params={"q": query, "_per_page": "100"}))
    except PatronNotFound:
        # Neither a patron that is gone nor a Koha without this search says that nothing was booked.
        raise LibrarySystemUnavailable("Koha cannot say what was booked: no such patron or no such search") from None
    ours = [line for line in found if marker in field_map.text(field_map.required(line, "internal_note")).split()]
    if not ours:
        return None
    return FoundRegistration(
        amount=total([field_map.money(line, "amount") for line in ours]),
        unapplied=total([field_map.money(line, "amount_outstanding") for line in ours]),
        booking_reference=",".join(str(field_map.required(line, "account_line_id")) for line in ours),
    )
