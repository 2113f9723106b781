"""The library-system port on Mikromarc: one POST for each fee, no look-up of what was paid, debts by card number.

A service account speaks HTTP Basic; the unit in the address selects the library.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from torget.connectors.http import READ_SECONDS
from torget.connectors.json_http import JsonClient, NeverSent, NoAnswer, NotJson, Reply
from torget.connectors.library_systems.lacking import CannotChangeFees, CannotFindRegistrations, KnowsNoGuarantees
from torget.connectors.library_systems.mikromarc.debts import Json, read_borrower, read_fee
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import (
    AccountSnapshot,
    LibraryCapabilities,
    LibraryFee,
    LibrarySystemUnavailable,
    PatronIdentity,
    PatronNotFound,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
    WrongCredentials,
)

_ALL, _PAYABLE = "2", "1"
PAGES_MAX: Final = 40
_OUR_ACCESS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class MikromarcLibrary(CannotFindRegistrations, CannotChangeFees, KnowsNoGuarantees):
    """One library of a Mikromarc; `base_url` ends in the unit: https://host/base/unit."""

    def __init__(self, *, base_url: str, username: str, password: str, read_seconds: float = READ_SECONDS) -> None:
        self._client = JsonClient(base_url, read_seconds=read_seconds, auth=(username, password))

    def close(self) -> None:
        self._client.close()

    @property
    def capabilities(self) -> LibraryCapabilities:
        return LibraryCapabilities(
            can_choose_fees=True, can_find_registration=False, has_fee_details=True, books_each_fee=True
        )

    def authenticate(self, *, card_number: str, pin: str) -> PatronIdentity:
        """A debtor is answered 'Defaulted' and asked for by another way in: who owes must come in to pay."""
        card_number = card_number.strip()
        if not card_number or not pin:
            raise WrongCredentials
        body = json.dumps({"Barcode": card_number, "Pin": pin}).encode()
        reply = self._ask("POST", "/odata/Borrowers/Default.Authenticate", body=body)
        if reply.status == HTTPStatus.FORBIDDEN:
            if _error_code(reply) != "Defaulted":
                raise WrongCredentials
            reply = self._ask("POST", "/odata/Borrowers/Default.AuthenticateDebtor", body=body)
            if reply.status == HTTPStatus.FORBIDDEN:
                raise WrongCredentials
        reference = self._borrower_number(reply)
        identity = self._patron(reference, card_number)
        if identity.card_number.casefold() != card_number.casefold():
            raise WrongCredentials
        return identity

    def account(self, *, patron_reference: str, card_number: str) -> AccountSnapshot:
        patron = self._patron(patron_reference, card_number)
        fees = self._fees(patron.card_number)
        return AccountSnapshot(patron=patron, fees=fees, read_at=datetime.now(UTC))

    def open_fees(self, *, patron_reference: str, card_number: str) -> dict[str, Money]:  # noqa: ARG002 - debts go by card
        debts = self._debts(card_number, _ALL)
        fees = [fee for debt in debts if (fee := read_fee(debt, payable=frozenset())) is not None]
        return {fee.reference: fee.outstanding for fee in fees}

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        """The one fee of the order. DibsTransactionId takes a number, and nobody can ask for it afterwards."""
        if len(order.lines) != 1 or order.amount <= ZERO:
            return _result(RegistrationOutcome.REFUSED, "Mikromarc is told of one fee at a time, and more than nothing")
        line = order.lines[0]
        if not (line.fee_reference.isascii() and line.fee_reference.isdigit()):
            return _result(RegistrationOutcome.REFUSED, "The fee's reference is not Mikromarc's number")
        paid_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        # The amount goes in as written and never passes through a float.
        body = (
            f'{{"Amount": {line.amount}, "DibsTransactionId": {order.marker_number}, "DibsPaymentDate": "{paid_at}"}}'
        )
        path = f"/BorrowerDebts/{quote(order.card_number, safe='')}/{line.fee_reference}"
        try:
            reply = self._client.send("POST", path, body=body.encode())
        except NeverSent as failure:
            return _result(RegistrationOutcome.NOT_SENT, str(failure))
        except NoAnswer as failure:
            return _result(RegistrationOutcome.UNKNOWN, str(failure))
        return _read_payment(reply)

    def _fees(self, card_number: str) -> tuple[LibraryFee, ...]:
        """In two lists: all debts, and those that Mikromarc lets be paid."""
        every = self._debts(card_number, _ALL)
        payable = frozenset(str(debt.get("Id")) for debt in self._debts(card_number, _PAYABLE))
        return tuple(fee for debt in every if (fee := read_fee(debt, payable=payable)) is not None)

    def _patron(self, reference: str, card_number: str) -> PatronIdentity:
        if not (reference.isascii() and reference.isdigit()):
            raise PatronNotFound
        reply = self._ask("GET", f"/odata/Borrowers({reference})")
        return read_borrower(_object(reply), reference=reference, card_number=card_number)

    def _debts(self, card_number: str, status: str) -> list[Json]:
        """Page by page, by our own count: Mikromarc's links name another scheme, and sometimes the same page again."""
        path = f"/BorrowerDebts/{quote(card_number, safe='')}/{status}/0"
        found: list[Json] = []
        for _ in range(PAGES_MAX):
            reply = self._ask("GET", path, params={"$skip": str(len(found))} if found else None)
            body = _json(reply)
            page = body.get("value") if isinstance(body, Mapping) else body
            if not isinstance(page, list) or not all(isinstance(debt, Mapping) for debt in page):
                raise LibrarySystemUnavailable("Mikromarc: the debts are not a list")
            if found and page and page[0].get("Id") in {debt.get("Id") for debt in found}:
                raise LibrarySystemUnavailable("Mikromarc: the same page of debts twice")
            found += page
            if not page or not isinstance(body, Mapping) or not body.get("@odata.nextLink"):
                return found
        raise LibrarySystemUnavailable("Mikromarc: debts without an end")

    def _borrower_number(self, reply: Reply) -> str:
        body = _json(reply)
        if isinstance(body, Mapping):
            body = body.get("BorrowerId", body.get("value"))
        if isinstance(body, bool) or not isinstance(body, int) or body <= 0:
            raise LibrarySystemUnavailable("Mikromarc's PIN check gave no borrower")
        return str(body)

    def _ask(self, method: str, path: str, *, body: bytes | None = None, params: dict[str, str] | None = None) -> Reply:
        """For all but payments: raise LibrarySystemUnavailable or PatronNotFound."""
        try:
            reply = self._client.send(method, path, body=body, params=params)
        except NoAnswer as failure:
            raise LibrarySystemUnavailable(f"Mikromarc could not be reached: {failure}") from None
        is_sign_in = method == "POST" and reply.status == HTTPStatus.FORBIDDEN
        if reply.status == HTTPStatus.NOT_FOUND and _error_code(reply):
            raise PatronNotFound
        if reply.status != HTTPStatus.OK and not is_sign_in:
            raise LibrarySystemUnavailable(f"Mikromarc: {_said(reply)}")
        return reply


def _read_payment(reply: Reply) -> RegistrationResult:
    if reply.status == HTTPStatus.OK:
        try:
            reply.json()
        except NotJson as unreadable:
            return _result(RegistrationOutcome.UNKNOWN, str(unreadable))
        return _result(RegistrationOutcome.BOOKED, "200")
    if reply.status in _OUR_ACCESS:
        return _result(RegistrationOutcome.NOT_SENT, _said(reply))
    if reply.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND} and _error_code(reply):
        # Mikromarc's own word; a gateway's page has no such code, and may stand before an executed request.
        return _result(RegistrationOutcome.REFUSED, _said(reply))
    return _result(RegistrationOutcome.UNKNOWN, _said(reply))


def _result(outcome: RegistrationOutcome, detail: str) -> RegistrationResult:
    return RegistrationResult(outcome=outcome, detail=detail)


def _json(reply: Reply) -> Any:
    try:
        return reply.json()
    except NotJson as unreadable:
        raise LibrarySystemUnavailable(f"Mikromarc: {unreadable}") from None


def _object(reply: Reply) -> Json:
    found = _json(reply)
    if not isinstance(found, Mapping):
        raise LibrarySystemUnavailable("Mikromarc: a borrower that is none")
    return found


def _error_code(reply: Reply) -> str:
    """Of {"error": {"code", "message"}}; '' for any other body."""
    try:
        error = reply.json_object().get("error")
    except NotJson:
        return ""
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, str) else ""


def _said(reply: Reply) -> str:
    """Status and code: the message may name the borrower."""
    return f"{reply.status} {_error_code(reply)}".strip()[:200]
