"""Whose guarantor a patron is, from the plugin koha-plugin-rest-di that Finna needs too.

Koha's own REST interface tells nothing of relationships between patrons (ADR 66); without the plugin there are none.
"""

from typing import Final

from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.marked import patron_number, read_path
from torget.connectors.library_systems.koha.wire import KohaWire
from torget.payments.core.ports import Guarantee

RELATIONSHIPS_PATH: Final = "/contrib/kohasuomi/patrons/{patron_id}"


def read_guarantees(wire: KohaWire, patron_reference: str) -> tuple[Guarantee, ...]:
    """Raise PatronNotFound or LibrarySystemUnavailable."""
    path = RELATIONSHIPS_PATH.format(patron_id=patron_number(patron_reference))
    patron = read_path(wire, path, params={"query_relationships": "1"})
    return tuple(
        Guarantee(
            reference=str(field_map.required(row, "id")),
            given_name=field_map.text(row.get("firstname")),
        )
        for row in field_map.rows(field_map.required(patron, "guarantees"))
    )
