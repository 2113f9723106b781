"""What an answer of Koha to a payment means: booked, refused, not sent, or nobody knows.

Koha stores the credit first and applies it in further transactions, so an error from its own code may come after the
booking. Only answers that are given before that code runs are certain refusals.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.wire import Answer, error_text, read_json, schema_errors
from torget.foundation.core.money import Money
from torget.payments.core.ports import LibrarySystemUnavailable, RegistrationOutcome, RegistrationResult

_BOOKED: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})

# Answered before the credit is stored, because our own access is not in order: somebody mends it and the order goes out
# again. Taking it for a refusal would pay everybody's money back while a password is wrong.
_NOT_LET_IN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def read_booking(response: Answer, *, amount: Money) -> RegistrationResult:
    if response.status_code in _BOOKED:
        return _read_confirmation(response, amount)
    return RegistrationResult(outcome=outcome_of_error(response), detail=error_text(response))


def outcome_of_error(response: Answer) -> RegistrationOutcome:
    try:
        body = read_json(response)
    except LibrarySystemUnavailable:
        body = None
    status = response.status_code
    if status in _NOT_LET_IN:
        return RegistrationOutcome.NOT_SENT
    if status == HTTPStatus.NOT_FOUND:
        return RegistrationOutcome.REFUSED
    if status == HTTPStatus.BAD_REQUEST and schema_errors(body):
        return RegistrationOutcome.REFUSED
    said = str(body.get("error", "")) if isinstance(body, Mapping) else ""
    if status == HTTPStatus.SERVICE_UNAVAILABLE and "maintenance" in said.lower():
        # Koha's own word while its database is being changed; a gateway's bare 503 may hide an executed request.
        return RegistrationOutcome.NOT_SENT
    return RegistrationOutcome.UNKNOWN


def _read_confirmation(response: Answer, amount: Money) -> RegistrationResult:
    """Newer Koha answers 201 with the whole line, older 200 with its number alone."""
    try:
        body = read_json(response)
        reference = str(field_map.required(body, "account_line_id"))
        booked = -field_map.money(body, "amount") if "amount" in body else amount
    except LibrarySystemUnavailable as unreadable:
        return RegistrationResult(outcome=RegistrationOutcome.UNKNOWN, detail=str(unreadable))
    if booked != amount:
        detail = f"Koha confirmed {booked} instead of {amount}"
        return RegistrationResult(outcome=RegistrationOutcome.UNKNOWN, booking_reference=reference, detail=detail)
    detail = f"{response.status_code} account line {reference}"
    return RegistrationResult(outcome=RegistrationOutcome.BOOKED, booking_reference=reference, detail=detail)
