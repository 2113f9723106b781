"""The sandbox FOLIO as a WSGI app; its names and readings are its own."""

import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from torget.sandbox.faults import Fault, Struck
from torget.sandbox.fee_books import FeeBooks
from torget.sandbox.population import SandboxPopulation
from torget.sandbox.replies import Reply, as_json
from torget.sandbox.sqlite_file import Row
from torget.sandbox.weather import WeatheredApp

_TERM = re.compile(r'(?P<name>[A-Za-z.]+)=="(?P<value>(?:[^"\\]|\\.)*)"')
_NEEDED: Final = frozenset({"amount", "notifyPatron", "servicePointId", "userName", "paymentMethod"})
_ALLOWED: Final = _NEEDED | {"comments", "transactionInfo"}


@dataclass(slots=True, kw_only=True)
class FolioSettings:
    """Mutable on purpose: a test turns these while the sandbox runs."""

    tenant: str = "helle"
    username: str = "torget"
    password: str = "sandbox-secret"  # the sandbox's own public secret
    payment_methods: frozenset[str] = frozenset({"Online", "Cash"})
    is_module_away: bool = False
    """True: Okapi finds no module for fees."""


def number(uuid: str) -> int:
    try:
        return UUID(uuid).int
    except ValueError:
        return -1


def uuid_of(number_of_it: int) -> str:
    return str(UUID(int=number_of_it))


class SandboxFolio(WeatheredApp):
    """`serving(SandboxFolio())` is a FOLIO; `books`, `settings` and `faults` are its knobs."""

    def __init__(self, *, path: str = ":memory:", settings: FolioSettings | None = None) -> None:
        super().__init__()
        self.books = FeeBooks(path)
        self.settings = settings or FolioSettings()
        self._tokens: set[str] = set()
        self._lock = threading.Lock()
        handlers: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("GET", "/users", self._users),
            ("POST", "/patron-pin/verify", self._verify_pin),
            ("GET", "/accounts", self._accounts),
            ("POST", "/accounts/<uuid:account>/pay", self._pay),
            ("POST", "/accounts-bulk/pay", self._pay_in_bulk),
            ("GET", "/feefineactions", self._actions),
            ("GET", "/owners", self._owners),
            ("GET", "/feefines", self._fee_kinds),
        )
        self._routes = Map([Rule(path, methods=[method], endpoint=handle) for method, path, handle in handlers])

    def load(self, population: SandboxPopulation) -> None:
        self.books.load(population.patrons, population.items)

    def close(self) -> None:
        self.books.close()

    def revoke_tokens(self) -> None:
        with self._lock:
            self._tokens.clear()

    def note(self, request: Request, response: Response | None, struck: Struck | None) -> None:  # noqa: ARG002 - the hook's
        self.books.note_request(request.method, request.path, response.status_code if response else None)

    def answered(self, request: Request, fault: Fault | None) -> Response:
        if request.path == "/authn/login-with-expiry":
            is_ours = request.headers.get("x-okapi-tenant") == self.settings.tenant
            return self._login(request) if is_ours else _plain(400, "No such Tenant")
        kept_out = self._kept_out(request)
        if kept_out is not None:
            return kept_out
        try:
            handle, arguments = self._routes.bind_to_environ(request.environ).match()
            stops = {"stops": True} if fault is Fault.ERROR_BUT_BOOKED and handle == self._pay else {}
            answer: Response = handle(request, **arguments, **stops)
        except Reply as reply:
            return as_json(reply.status, reply.body)
        except HTTPException as unrouted:
            return _plain(unrouted.code or 404, "No suitable module found for path")
        return answer

    def _kept_out(self, request: Request) -> Response | None:
        """What Okapi itself answers before any module is asked."""
        with self._lock:
            is_known = request.headers.get("x-okapi-token") in self._tokens
        if not is_known:
            return _plain(401, "Invalid token")
        if self.settings.is_module_away and "account" in request.path:
            return _plain(404, f"No suitable module found for path {request.path} for tenant {self.settings.tenant}")
        return None

    def _login(self, request: Request) -> Response:
        body = _asked(request)
        settings = self.settings
        if (body.get("username"), body.get("password")) != (settings.username, settings.password):
            patron = self.books.patron_by_card(str(body.get("username")).removeprefix("user-"))
            if patron is None or patron["pin"] != body.get("password"):
                return as_json(422, {"errors": [{"message": "Password does not match"}]})
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens.add(token)
        answer = as_json(201, {"accessTokenExpiration": "2030-01-01T00:00:00Z"})
        answer.set_cookie("folioAccessToken", token, max_age=600, httponly=True)
        return answer

    def _users(self, request: Request) -> Response:
        terms = _terms(request)
        found = None
        if "barcode" in terms:
            found = self.books.patron_by_card(terms["barcode"])
        elif "id" in terms:
            found = self.books.patron(number(terms["id"]))
        users = [_user(found)] if found else []
        return as_json(200, {"users": users, "totalRecords": len(users)})

    def _verify_pin(self, request: Request) -> Response:
        body = _asked(request)
        patron = self.books.patron(number(str(body.get("id"))))
        is_right = patron is not None and patron["pin"] == body.get("pin")
        return Response(status=200) if is_right else Response(status=422)

    def _accounts(self, request: Request) -> Response:
        fees = self.books.fees_of(number(_terms(request).get("userId", "")))
        limit = int(request.args.get("limit", 10))
        return as_json(200, {"accounts": [_account(fee) for fee in fees[:limit]], "totalRecords": len(fees)})

    def _owners(self, _request: Request) -> Response:
        return self._names_of("branch", "owners", "owner")

    def _fee_kinds(self, _request: Request) -> Response:
        return self._names_of("kind", "feefines", "feeFineType")

    def _names_of(self, column: str, name: str, field: str) -> Response:
        rows = self.books.rows(f"select distinct {column} as name from fees where {column} is not null order by 1")
        found = [{"id": uuid_of(10**13 + place), field: row["name"]} for place, row in enumerate(rows)]
        return as_json(200, {name: found, "totalRecords": len(found)})

    def _actions(self, request: Request) -> Response:
        terms = _terms(request)
        rows = self.books.rows(
            "select * from payments where patron_id = ? and marker = ? order by payment_id",
            (number(terms.get("userId", "")), terms.get("transactionInformation", "")),
        )
        actions = [_action(row) for row in rows]
        return as_json(200, {"feefineactions": actions, "totalRecords": len(actions)})

    def _checked_body(self, request: Request, *, more: frozenset[str] = frozenset()) -> dict[str, Any]:
        body = _asked(request)
        if set(body) - _ALLOWED - more or _NEEDED - set(body) or not isinstance(body["amount"], str):
            raise Reply(422, {"errors": [{"message": "the body is not as the schema says"}]})
        return body

    def _cents(self, body: dict[str, Any], account: str, standing: int) -> int:
        try:
            cents = int(Decimal(body["amount"]) * 100)
        except InvalidOperation:
            raise _refused(account, body, "Invalid amount entered") from None
        if cents <= 0:
            raise _refused(account, body, "Amount must be positive")
        if standing <= 0:
            raise _refused(account, body, "Fee/fine is already closed")
        if cents > standing:
            raise _refused(account, body, "Requested amount exceeds remaining amount")
        return cents

    def _pay(self, request: Request, account: UUID, *, stops: bool = False) -> Response:
        """The action is written first, and the account closed in another step; `stops` dies between the two."""
        body = self._checked_body(request)
        fee = self.books.fee(account.int)
        if fee is None:
            return _plain(404, f"Fee/fine ID {account} not found")
        cents = self._cents(body, str(account), fee["open_cents"])
        payment_id = self._write_action(fee, cents, body)
        if stops:
            return _plain(500, "Internal Server Error")
        self.books.lower(fee["fee_id"], cents)
        actions = self.books.rows("select * from payments where payment_id = ?", (payment_id,))
        answer = {
            "accountId": str(account),
            "amount": body["amount"],
            "feefineactions": [_action(one) for one in actions],
        }
        return as_json(201, answer)

    def _pay_in_bulk(self, request: Request) -> Response:
        """A sum that is less than the total is split evenly, whatever each account has open."""
        body = self._checked_body(request, more=frozenset({"accountIds"}))
        found = [self.books.fee(number(str(one))) for one in body.get("accountIds", [])]
        fees = [fee for fee in found if fee is not None]
        if not fees or len(fees) != len(found):
            return _plain(404, "Fee/fine ID not found")
        left = self._cents(body, "", sum(fee["open_cents"] for fee in fees))
        for place, fee in enumerate(sorted(fees, key=lambda one: int(one["open_cents"]))):
            part = min(fee["open_cents"], left // (len(fees) - place))
            self._write_action(fee, part, body)
            self.books.lower(fee["fee_id"], part)
            left -= part
        return as_json(201, {"accountIds": body["accountIds"], "amount": body["amount"], "feefineactions": []})

    def _write_action(self, fee: Row, cents: int, body: dict[str, Any]) -> int:
        return self.books.note_payment(
            patron_id=fee["patron_id"], fee_id=fee["fee_id"], cents=cents, marker=body.get("transactionInfo", "")
        )


def _plain(status: int, text: str) -> Response:
    return Response(text, status, content_type="text/plain")


def _refused(account: str, body: dict[str, Any], message: str) -> Reply:
    return Reply(422, {"accountId": account, "amount": body["amount"], "errorMessage": message})


def _asked(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.get_data())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Reply(400, {"errors": [{"message": "Json content error"}]})
    return body


def _terms(request: Request) -> dict[str, str]:
    """The comparisons of a CQL query, joined by 'and' alone."""
    found = _TERM.finditer(request.args.get("query", ""))
    return {term["name"]: re.sub(r"\\(.)", r"\1", term["value"]) for term in found}


def _user(patron: Row) -> dict[str, Any]:
    return {
        "id": uuid_of(patron["patron_id"]),
        "username": f"user-{patron['card_number']}",
        "barcode": patron["card_number"],
        "active": True,
        "expirationDate": f"{patron['expires_on']}T00:00:00.000+00:00",
        "personal": {
            "firstName": patron["given_name"],
            "lastName": patron["family_name"],
            "email": patron["email"],
        },
    }


def _account(fee: Row) -> dict[str, Any]:
    return {
        "id": uuid_of(fee["fee_id"]),
        "userId": uuid_of(fee["patron_id"]),
        "amount": fee["charged_cents"] / 100,
        "remaining": fee["open_cents"] / 100,
        "status": {"name": "Open"},
        "paymentStatus": {"name": "Suspended claim returned" if fee["kind"] == "CLAIMED" else "Outstanding"},
        "feeFineType": fee["kind"],
        "feeFineOwner": fee["branch"],
        "title": fee["title"],
        "metadata": {"createdDate": f"{fee['incurred_on']}T12:00:00.000+00:00"},
    }


def _action(payment: Row) -> dict[str, Any]:
    return {
        "id": uuid_of(10**12 + payment["payment_id"]),
        "accountId": uuid_of(payment["fee_id"]),
        "userId": uuid_of(payment["patron_id"]),
        "amountAction": payment["cents"] / 100,
        "typeAction": "Paid fully",
        "transactionInformation": payment["marker"],
    }
