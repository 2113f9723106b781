"""The library-system port on FOLIO: each account is paid by itself, with its exact sum.

FOLIO can pay several accounts at once, but splits a sum that is less than their total *evenly* over them, so a fee that
has grown meanwhile would be paid in part and another with it. And it writes the action before it closes the account,
without a transaction around both, so an action that is found with an open account is a person's to sort out.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from torget.connectors.http import READ_SECONDS
from torget.connectors.json_http import NeverSent, NoAnswer, NotJson, Reply
from torget.connectors.library_systems.amounts import NotAnAmount, read_cents
from torget.connectors.library_systems.folio.accounts import Json, read_actions, read_fee, read_user
from torget.connectors.library_systems.folio.wire import FolioWire, NoToken
from torget.connectors.library_systems.lacking import CannotChangeFees, KnowsNoGuarantees
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.library_listing import Listed
from torget.payments.core.ports import (
    AccountSnapshot,
    FoundRegistration,
    LibraryCapabilities,
    LibrarySystemUnavailable,
    PatronIdentity,
    PatronNotFound,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
    WrongCredentials,
)

ROWS_MAX: Final = 1000
_ALL: Final = "cql.allRecords=1"
_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")


class FolioLibrary(CannotChangeFees, KnowsNoGuarantees):
    """A proxy of FOLIO is no guardian: it may be anybody who borrows for somebody, such as an assistant.

    `payment_method` must be configured for every fee owner; `signs_in_by` is 'pin' or 'password'.
    """

    def __init__(
        self,
        *,
        base_url: str,
        tenant: str,
        username: str,
        password: str,
        service_point_id: str,
        payment_method: str = "Online",
        signs_in_by: str = "pin",
        notifies_patron: bool = False,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        if signs_in_by not in {"pin", "password"}:
            raise ValueError("signs_in_by is 'pin' or 'password'")
        self._wire = FolioWire(
            base_url=base_url, tenant=tenant, username=username, password=password, read_seconds=read_seconds
        )
        self._payment = {
            "notifyPatron": notifies_patron,
            "servicePointId": service_point_id,
            "userName": username,
            "paymentMethod": payment_method,
        }
        self._by_pin = signs_in_by == "pin"

    def close(self) -> None:
        self._wire.close()

    @property
    def capabilities(self) -> LibraryCapabilities:
        return LibraryCapabilities(
            can_choose_fees=True, can_find_registration=True, has_fee_details=True, books_each_fee=True
        )

    def authenticate(self, *, card_number: str, pin: str) -> PatronIdentity:
        card_number = card_number.strip()
        if not card_number or not pin:
            raise WrongCredentials
        try:
            user = self._user(f"barcode=={_quoted(card_number)}")
        except PatronNotFound:
            raise WrongCredentials from None
        identity = read_user(user, card_number=card_number)
        if identity.card_number.casefold() != card_number.casefold():
            raise WrongCredentials
        if not self._is_right(user, pin):
            raise WrongCredentials
        return identity

    def find_patron(self, *, card_number: str) -> PatronIdentity:
        """By service credentials; the card as a whole."""
        identity = read_user(self._user(f"barcode=={_quoted(card_number)}"), card_number=card_number)
        if identity.card_number.casefold() != card_number.casefold():
            raise PatronNotFound
        return identity

    def branches(self) -> tuple[Listed, ...]:
        """The owners of fees, which is what a FOLIO has of branches."""
        names = [_text_of(row, "owner") for row in self._rows("/owners", "owners", _ALL)]
        return tuple(Listed(code=name, name=name) for name in names)

    def fee_kinds(self) -> tuple[Listed, ...]:
        """Each name once: several owners may have a kind of the same name."""
        names = {_text_of(row, "feeFineType") for row in self._rows("/feefines", "feefines", _ALL)}
        return tuple(Listed(code=name, name=name) for name in sorted(names))

    def account(self, *, patron_reference: str, card_number: str) -> AccountSnapshot:
        """Two round trips."""
        user = self._user(f"id=={_quoted(_known_id(patron_reference))}")
        fees = [fee for row in self._accounts(patron_reference) if (fee := read_fee(row)) is not None]
        return AccountSnapshot(
            patron=read_user(user, card_number=card_number), fees=tuple(fees), read_at=datetime.now(UTC)
        )

    def open_fees(self, *, patron_reference: str, card_number: str) -> dict[str, Money]:  # noqa: ARG002 - FOLIO has an id
        fees = [fee for row in self._accounts(patron_reference) if (fee := read_fee(row)) is not None]
        if not fees:
            # An unknown patron has no accounts either.
            self._user(f"id=={_quoted(_known_id(patron_reference))}")
        return {fee.reference: fee.outstanding for fee in fees}

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        """The one account of the order; our mark goes along as transactionInfo."""
        if len(order.lines) != 1 or order.amount <= ZERO:
            return _result(RegistrationOutcome.REFUSED, "FOLIO is told of one fee at a time, and more than nothing")
        line = order.lines[0]
        if not _ID.match(line.fee_reference) or not _ID.match(order.patron_reference):
            return _result(RegistrationOutcome.REFUSED, "The order's references are not FOLIO's ids")
        body = {"amount": str(line.amount), "transactionInfo": order.marker, **self._payment}
        try:
            reply = self._wire.send("POST", f"/accounts/{line.fee_reference}/pay", body=json.dumps(body).encode())
        except (NoToken, NeverSent) as failure:
            return _result(RegistrationOutcome.NOT_SENT, str(failure))
        except NoAnswer as failure:
            return _result(RegistrationOutcome.UNKNOWN, str(failure))
        return _read_payment(reply, line)

    def find_registration(self, *, patron_reference: str, marker: str) -> FoundRegistration | None:
        query = f"(userId=={_quoted(patron_reference)} and transactionInformation=={_quoted(marker)})"
        rows = self._rows("/feefineactions", "feefineactions", query)
        return read_actions(row for row in rows if row.get("transactionInformation") == marker)

    def _is_right(self, user: Json, pin: str) -> bool:
        try:
            if not self._by_pin:
                return self._wire.may_sign_in(str(user.get("username", "")), pin)
            body = json.dumps({"id": user["id"], "pin": pin}).encode()
            reply = self._wire.send("POST", "/patron-pin/verify", body=body)
        except NoAnswer as failure:
            raise LibrarySystemUnavailable(f"FOLIO could not be reached: {failure}") from None
        if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return False
        if reply.status != HTTPStatus.OK:
            raise LibrarySystemUnavailable(f"FOLIO's PIN check: {reply.status}")
        return True

    def _user(self, query: str) -> Json:
        found = self._rows("/users", "users", query)
        if len(found) != 1:
            raise PatronNotFound
        return found[0]

    def _accounts(self, patron_reference: str) -> list[Json]:
        query = f'(userId=={_quoted(_known_id(patron_reference))} and status.name=="Open")'
        return self._rows("/accounts", "accounts", query)

    def _rows(self, path: str, name: str, query: str) -> list[Json]:
        """All of them, or nothing is believed. Raise LibrarySystemUnavailable."""
        try:
            reply = self._wire.send("GET", path, params={"query": query, "limit": str(ROWS_MAX)})
            if reply.status != HTTPStatus.OK:
                raise LibrarySystemUnavailable(f"FOLIO's {name}: {reply.status}")
            body = reply.json_object()
        except NoAnswer as failure:
            raise LibrarySystemUnavailable(f"FOLIO could not be reached: {failure}") from None
        rows, count = body.get(name), body.get("totalRecords")
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise LibrarySystemUnavailable(f"FOLIO's {name} are not a list")
        if isinstance(count, int) and count > len(rows):
            raise LibrarySystemUnavailable(f"FOLIO has more {name} than it shows")
        return rows


def _read_payment(reply: Reply, line: RegistrationLine) -> RegistrationResult:
    if reply.status == HTTPStatus.CREATED:
        return _read_confirmation(reply, line)
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _result(RegistrationOutcome.NOT_SENT, f"{reply.status} our account may not pay fees")
    if reply.status == HTTPStatus.UNPROCESSABLE_ENTITY and (said := _refusal(reply)):
        return _result(RegistrationOutcome.REFUSED, f"422 {said}")
    if reply.status == HTTPStatus.NOT_FOUND and reply.headers.get("content-type", "").startswith("text/plain"):
        # The module's own word on an account; Okapi says 404 too when the module itself is away.
        is_away = b"no suitable module" in reply.body[:200].lower()
        return _result(RegistrationOutcome.NOT_SENT if is_away else RegistrationOutcome.REFUSED, "404")
    return _result(RegistrationOutcome.UNKNOWN, str(reply.status))


def _read_confirmation(reply: Reply, line: RegistrationLine) -> RegistrationResult:
    try:
        body: Mapping[str, Any] = reply.json_object()
        booked = read_cents(body.get("amount"))
        actions = body.get("feefineactions")
    except (NotJson, NotAnAmount):
        return _result(RegistrationOutcome.UNKNOWN, "201 that cannot be read")
    if str(body.get("accountId")) != line.fee_reference or booked != line.amount:
        return _result(RegistrationOutcome.UNKNOWN, f"FOLIO confirmed {booked} instead of {line.amount}")
    ids = [str(one["id"]) for one in actions or () if isinstance(one, Mapping) and one.get("id")]
    return RegistrationResult(outcome=RegistrationOutcome.BOOKED, booking_reference=",".join(ids)[:100], detail="201")


def _refusal(reply: Reply) -> str:
    """FOLIO's reason, which names amounts and no person; '' if the answer is not one of the module's."""
    try:
        said = reply.json_object().get("errorMessage")
    except NotJson:
        return ""
    return " ".join(said.split())[:150] if isinstance(said, str) else ""


def _result(outcome: RegistrationOutcome, detail: str) -> RegistrationResult:
    return RegistrationResult(outcome=outcome, detail=detail)


def _text_of(row: Json, field: str) -> str:
    """Raise LibrarySystemUnavailable if it is not there."""
    if not isinstance(row.get(field), str):
        raise LibrarySystemUnavailable(f"FOLIO: a row without {field}")
    return str(row[field]).strip()


def _known_id(reference: str) -> str:
    if not _ID.match(reference):
        raise PatronNotFound
    return reference


def _quoted(value: str) -> str:
    """A value of CQL in which nothing is an operator or a wildcard."""
    return '"' + re.sub(r'(["\\*?^])', r"\\\1", value) + '"'
