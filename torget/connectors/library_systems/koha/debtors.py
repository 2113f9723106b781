"""Everybody who owes something, out of Koha's list of patrons.

Koha cannot be asked for a balance, but it counts one for each patron that it lists (`account_balance`, in versions that
have it). So all patrons are walked through, by their numbers: a page that is counted from the start would shift when
somebody is added or leaves.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.wire import KohaWire, error_text, read_json
from torget.foundation.core.money import Money
from torget.payments.core.debtors import CannotListDebtors, Debtor
from torget.payments.core.ports import LibrarySystemUnavailable

PATRONS_PER_PAGE: Final = 200


def read_debtors(wire: KohaWire, *, at_least: Money) -> Iterator[Debtor]:
    last = 0
    while rows := _page(wire, last):
        for row in rows:
            last = int(field_map.required(row, "patron_id"))
            owes, card_number = field_map.money(row, "account_balance"), field_map.text(row.get("cardnumber"))
            # Who has no card cannot prove that a payment link is theirs.
            if owes >= at_least and card_number:
                yield Debtor(reference=str(last), card_number=card_number, owes=owes)


def _page(wire: KohaWire, last: int) -> list[field_map.Json]:
    """The next patrons by number; none at the end."""
    response = wire.get(
        "/patrons",
        params={"_per_page": str(PATRONS_PER_PAGE), "_order_by": "patron_id"},
        headers={
            "x-koha-query": json.dumps({"patron_id": {">": last}}, separators=(",", ":")),
            "x-koha-embed": "account_balance",
        },
    )
    if response.status_code == HTTPStatus.BAD_REQUEST:
        raise CannotListDebtors(f"this Koha tells no balances in its list of patrons: {error_text(response)}")
    if response.status_code != HTTPStatus.OK:
        raise LibrarySystemUnavailable(f"Koha: {error_text(response)}")
    return field_map.rows(read_json(response))
