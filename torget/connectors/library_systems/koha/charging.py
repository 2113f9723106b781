"""Charging a fee again in Koha: a debit beside the paid one, for the same library and item.

Koha's interface cannot void a credit, so the payment stays in its books and a new debit stands against it.
"""

import json
from http import HTTPStatus
from typing import Any

from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.booking import outcome_of_error
from torget.connectors.library_systems.koha.field_map import Json
from torget.connectors.library_systems.koha.marked import DEBITS_PATH, patron_number, read_path
from torget.connectors.library_systems.koha.wire import (
    Answer,
    KohaWire,
    LineBroken,
    NeverSent,
    NoToken,
    error_text,
    read_json,
)
from torget.payments.core.giving_back import ReversalOrder
from torget.payments.core.ports import (
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationOutcome,
    RegistrationResult,
)


def _result(outcome: RegistrationOutcome, detail: str, booking_reference: str = "") -> RegistrationResult:
    return RegistrationResult(outcome=outcome, detail=detail, booking_reference=booking_reference)


class KohaCharging:
    def __init__(self, wire: KohaWire, *, debit_type: str, description: str) -> None:
        if debit_type == "OVERDUE":
            raise ValueError("Koha marks a debit of the type OVERDUE as still growing; charge again with another type")
        self._wire = wire
        self._debit_type = debit_type
        self._description = description

    def charge(self, order: ReversalOrder) -> RegistrationResult:
        """One read and one write; the debit is one transaction in Koha, unlike a credit."""
        try:
            path = DEBITS_PATH.format(patron_id=patron_number(order.patron_reference))
            original = self._original(path, order.fee_reference)
        except (PatronNotFound, ValueError):
            return _result(RegistrationOutcome.REFUSED, "Koha does not know the patron")
        except LibrarySystemUnavailable as broken:
            return _result(RegistrationOutcome.NOT_SENT, str(broken))
        if original is None:
            # Without it nobody knows whose money the new fee would be.
            return _result(RegistrationOutcome.REFUSED, "The fee is not in Koha any more")
        return self._write(path, order, original)

    def _write(self, path: str, order: ReversalOrder, original: Json) -> RegistrationResult:
        try:
            response = self._wire.send("POST", path, content=self._body(order, original))
        except (NoToken, NeverSent) as failure:
            return _result(RegistrationOutcome.NOT_SENT, str(failure))
        except LineBroken as failure:
            # Koha may have executed what it read before the line broke, so nobody may send it again.
            return _result(RegistrationOutcome.UNKNOWN, str(failure))
        if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return _result(outcome_of_error(response), error_text(response))
        return self._confirmation(response, order)

    def _original(self, path: str, fee_reference: str) -> Json | None:
        query = json.dumps({"account_line_id": int(fee_reference)})
        found = field_map.rows(read_path(self._wire, path, params={"q": query}))
        return found[0] if found else None

    def _body(self, order: ReversalOrder, original: Json) -> bytes:
        """The amount goes in as written and never passes through a float."""
        about = field_map.text(original.get("description"))
        rest: dict[str, Any] = {
            "type": self._debit_type,
            "description": f"{self._description}: {about}" if about else self._description,
            "internal_note": order.marker,
        }
        for field in ("library_id", "item_id"):
            if original.get(field) is not None:
                rest[field] = original[field]
        return f'{{"amount": {order.amount}, {json.dumps(rest, ensure_ascii=False)[1:]}'.encode()

    @staticmethod
    def _confirmation(response: Answer, order: ReversalOrder) -> RegistrationResult:
        try:
            body = read_json(response)
            reference = str(field_map.required(body, "account_line_id"))
            charged = field_map.money(body, "amount")
        except LibrarySystemUnavailable as unreadable:
            return _result(RegistrationOutcome.UNKNOWN, str(unreadable))
        if charged != order.amount:
            return _result(
                RegistrationOutcome.UNKNOWN, f"Koha confirmed {charged} instead of {order.amount}", reference
            )
        return _result(RegistrationOutcome.BOOKED, f"{response.status_code} account line {reference}", reference)
