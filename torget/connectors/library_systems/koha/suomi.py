"""Koha of Koha-Suomi with its older payment interface: one sum for a patron, no choice, nothing to look up afterwards.

Everything but the PIN check and the payment is Koha's own REST interface.
"""

import json
from http import HTTPStatus
from typing import Any, Final

from torget.connectors.library_systems.koha import field_map
from torget.connectors.library_systems.koha.booking import outcome_of_error
from torget.connectors.library_systems.koha.library import KohaLibrary
from torget.connectors.library_systems.koha.marked import patron_number
from torget.connectors.library_systems.koha.wire import Answer, LineBroken, NeverSent, NoToken, error_text, read_json
from torget.connectors.library_systems.lacking import CannotChangeFees, CannotFindRegistrations
from torget.foundation.core.money import ZERO
from torget.payments.core.ports import (
    LibraryCapabilities,
    LibrarySystemUnavailable,
    PatronIdentity,
    PatronNotFound,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
    WrongCredentials,
)

PIN_PATH: Final = "/contrib/kohasuomi/auth/patrons/validation"
PAYMENT_PATH: Final = "/patrons/{patron_id}/payment"

_NO_SUCH_PATH: Final = "not found"
"""What Koha says of an address that it does not have; of a patron whom it does not have it says another thing."""
_OUR_ACCESS: Final = "authentication failure"


class KohaSuomiLibrary(CannotFindRegistrations, CannotChangeFees, KohaLibrary):
    """Options are those of KohaLibrary; `pin_path` is another one where the PIN is checked by Koha itself."""

    def __init__(self, *, pin_path: str = PIN_PATH, **options: Any) -> None:
        super().__init__(**options)
        self._pin_path = pin_path

    @property
    def capabilities(self) -> LibraryCapabilities:
        return LibraryCapabilities(
            can_choose_fees=False,
            can_find_registration=False,
            has_fee_details=True,
            # The same plugin checks the PIN and tells of relationships.
            knows_guarantees=self._pin_path == PIN_PATH,
        )

    def authenticate(self, *, card_number: str, pin: str) -> PatronIdentity:
        card_number = card_number.strip()
        if not card_number or not pin:
            raise WrongCredentials
        content = json.dumps({"cardnumber": card_number, "password": pin}).encode()
        try:
            answer = self._wire.send("POST", self._pin_path, content=content)
        except LineBroken as broken:
            raise LibrarySystemUnavailable(f"Koha could not be reached: {broken}") from None
        said = _error(answer)
        if answer.status_code == HTTPStatus.BAD_REQUEST and said:
            raise WrongCredentials
        if answer.status_code == HTTPStatus.UNAUTHORIZED and said and _OUR_ACCESS not in said:
            raise WrongCredentials
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise LibrarySystemUnavailable(f"Koha-Suomi's PIN check: {error_text(answer)}")
        patron_id = field_map.required(read_json(answer), "patron_id")
        return self._patron(str(patron_id), card_number=card_number)

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        """One sum. Koha-Suomi settles the oldest fees first and keeps what is left over as credit, without a word."""
        if order.amount <= ZERO or any(line.amount <= ZERO for line in order.lines):
            return RegistrationResult(outcome=RegistrationOutcome.REFUSED, detail="an amount that is not positive")
        try:
            path = PAYMENT_PATH.format(patron_id=patron_number(order.patron_reference))
        except PatronNotFound:
            return RegistrationResult(outcome=RegistrationOutcome.REFUSED, detail="The reference is not Koha's number")
        # The amount goes in as written and never passes through a float.
        content = f'{{"amount": {order.amount}, "note": {json.dumps(order.marker)}}}'.encode()
        try:
            answer = self._wire.send("POST", path, content=content)
        except (NoToken, NeverSent) as failure:
            return RegistrationResult(outcome=RegistrationOutcome.NOT_SENT, detail=str(failure))
        except LineBroken as failure:
            return RegistrationResult(outcome=RegistrationOutcome.UNKNOWN, detail=str(failure))
        return _read_payment(answer)


def _read_payment(answer: Answer) -> RegistrationResult:
    if answer.status_code == HTTPStatus.NO_CONTENT:
        return RegistrationResult(outcome=RegistrationOutcome.BOOKED, detail="204")
    if answer.status_code == HTTPStatus.NOT_FOUND and _error(answer).strip(". ") == _NO_SUCH_PATH:
        # A Koha without this interface has booked nothing, and somebody can put the setting right.
        return RegistrationResult(outcome=RegistrationOutcome.NOT_SENT, detail="this Koha has no /payment")
    return RegistrationResult(outcome=outcome_of_error(answer), detail=error_text(answer))


def _error(answer: Answer) -> str:
    """What Koha says went wrong, in lower case; '' if the answer is not in Koha's form."""
    try:
        body = read_json(answer)
    except LibrarySystemUnavailable:
        return ""
    said = body.get("error") if isinstance(body, dict) else None
    return said.lower() if isinstance(said, str) else ""
