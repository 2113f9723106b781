"""The sandbox Mikromarc as a WSGI app; its names and readings are its own."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from torget.sandbox.faults import Fault, Struck
from torget.sandbox.fee_books import FeeBooks
from torget.sandbox.population import SandboxPopulation
from torget.sandbox.replies import Reply, as_json
from torget.sandbox.sqlite_file import Row
from torget.sandbox.weather import WeatheredApp

UNIT: Final = "/base/unit"


@dataclass(slots=True, kw_only=True)
class MikromarcSettings:
    """Mutable on purpose: a test turns these while the sandbox runs."""

    username: str = "torget"
    password: str = "sandbox-secret"  # the sandbox's own public secret
    page_size: int = 100
    repeats_pages: bool = False
    """True: a page that was asked for by its number comes as the first one again."""
    not_payable_kinds: frozenset[str] = frozenset({"8", "11", "LOST"})
    """Kinds of debts that cannot be paid online."""


def _refused(status: int, code: str) -> Reply:
    return Reply(status, {"error": {"code": code, "message": "The request was refused."}})


class SandboxMikromarc(WeatheredApp):
    """`serving(SandboxMikromarc())` is a Mikromarc; `books`, `settings` and `faults` are its knobs."""

    def __init__(self, *, path: str = ":memory:", settings: MikromarcSettings | None = None) -> None:
        super().__init__()
        self.books = FeeBooks(path)
        self.settings = settings or MikromarcSettings()
        handlers: tuple[tuple[str, str, Callable[..., Response]], ...] = (
            ("POST", "/odata/Borrowers/Default.Authenticate", self._authenticate),
            ("POST", "/odata/Borrowers/Default.AuthenticateDebtor", self._authenticate_debtor),
            ("GET", "/odata/Borrowers(<int:patron_id>)", self._borrower),
            ("GET", "/BorrowerDebts/<card_number>/<int:status>/0", self._debts),
            ("POST", "/BorrowerDebts/<card_number>/<int:fee_id>", self._pay),
        )
        self._routes = Map([Rule(UNIT + path, methods=[method], endpoint=handle) for method, path, handle in handlers])

    def load(self, population: SandboxPopulation) -> None:
        self.books.load(population.patrons, population.items)

    def close(self) -> None:
        self.books.close()

    def note(self, request: Request, response: Response | None, struck: Struck | None) -> None:  # noqa: ARG002 - the hook's
        self.books.note_request(request.method, request.path, response.status_code if response else None)

    def answered(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - nothing strikes inside
        given = request.authorization
        if given is None or (given.username, given.password) != (self.settings.username, self.settings.password):
            return Response("", 401, headers={"www-authenticate": "Basic"})
        try:
            handle, arguments = self._routes.bind_to_environ(request.environ).match()
            answer: Response = handle(request, **arguments)
        except Reply as reply:
            return as_json(reply.status, reply.body)
        except HTTPException as unrouted:
            return Response("<html>Not Found</html>", unrouted.code or 404, content_type="text/html")
        return answer

    def _asked(self, request: Request) -> dict[str, Any]:
        try:
            body = json.loads(request.get_data(), parse_float=Decimal)
        except ValueError:
            raise _refused(400, "BadRequest") from None
        if not isinstance(body, dict):
            raise _refused(400, "BadRequest")
        return body

    def _known(self, request: Request) -> Row:
        """The borrower of a card and PIN, whatever they owe."""
        body = self._asked(request)
        found = self.books.patron_by_card(str(body.get("Barcode", "")))
        if found is None or found["pin"] != body.get("Pin"):
            raise _refused(403, "Forbidden")
        return found

    def _authenticate(self, request: Request) -> Response:
        found = self._known(request)
        if found["is_defaulted"]:
            raise _refused(403, "Defaulted")
        return as_json(200, found["patron_id"])

    def _authenticate_debtor(self, request: Request) -> Response:
        return as_json(200, {"BorrowerId": self._known(request)["patron_id"]})

    def _borrower(self, _request: Request, patron_id: int) -> Response:
        found = self.books.patron(patron_id)
        if found is None:
            raise _refused(404, "NotFound")
        return as_json(
            200,
            {
                "Id": found["patron_id"],
                "Barcode": found["card_number"],
                "Name": f"{found['family_name']}, {found['given_name']}",
                "Expires": f"{found['expires_on']}T00:00:00",
                "MainEmail": found["email"],
                "HomeUnitId": found["home_branch"],
                "Defaulted": bool(found["is_defaulted"]),
            },
        )

    def _patron(self, card_number: str) -> Row:
        found = self.books.patron_by_card(card_number)
        if found is None:
            raise _refused(404, "NotFound")
        return found

    def _debts(self, request: Request, card_number: str, status: int) -> Response:
        """Status 2 is everything, also what was paid; 1 what may be paid online."""
        patron = self._patron(card_number)
        fees = self.books.fees_of(patron["patron_id"], only_open=status == 1)
        if status == 1:
            fees = [fee for fee in fees if fee["kind"] not in self.settings.not_payable_kinds]
        skip = 0 if self.settings.repeats_pages else int(request.args.get("$skip", 0))
        page = fees[skip : skip + self.settings.page_size]
        body: dict[str, Any] = {"value": [_debt(fee) for fee in page]}
        if skip + len(page) < len(fees):
            # As seen in the wild: the scheme is wrong, and the count is that of the first page.
            body["@odata.nextLink"] = f"http://wrong.example{request.path}?$skip={self.settings.page_size}"
        return as_json(200, body)

    def _pay(self, request: Request, card_number: str, fee_id: int) -> Response:
        """Nothing looks whether the transaction was told before; only what is open bounds a payment."""
        body = self._asked(request)
        patron = self._patron(card_number)
        fee = self.books.fee(fee_id)
        if fee is None or fee["patron_id"] != patron["patron_id"]:
            raise _refused(404, "NotFound")
        amount, number = body.get("Amount"), body.get("DibsTransactionId")
        is_amount = isinstance(amount, int | Decimal) and not isinstance(amount, bool)
        if not is_amount or not isinstance(number, int) or not isinstance(body.get("DibsPaymentDate"), str):
            raise _refused(400, "BadRequest")
        cents = int(Decimal(str(amount)) * 100)
        with self.books.transaction():
            standing = self.books.fee(fee_id)
            if standing is None or not 0 < cents <= standing["open_cents"]:
                raise _refused(400, "AmountTooLarge")
            self.books.note_payment(patron_id=patron["patron_id"], fee_id=fee_id, cents=cents, marker=str(number))
            self.books.lower(fee_id, cents)
        return as_json(200, {})


def _debt(fee: Row) -> dict[str, Any]:
    state = "Paid" if not fee["open_cents"] else "Estimated" if fee["is_growing"] else "Unpaid"
    return {
        "Id": fee["fee_id"],
        "Amount": fee["charged_cents"] / 100,
        "Remainder": fee["open_cents"] / 100,
        "State": state,
        "AccountCodeId": fee["kind"],
        "AccountCodeName": fee["description"],
        "DebtDate": f"{fee['incurred_on']}T12:00:00+02:00",
        "ItemId": None,
        "MarcRecordTitle": fee["title"],
        "LocalUnitId": fee["branch"],
    }
