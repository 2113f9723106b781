"""The endpoints of Koha that Torget uses, and a few beside them, as a table at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from werkzeug import Request, Response

from torget.sandbox.koha import answers, asked, charging, crediting
from torget.sandbox.koha.settings import KohaSettings
from torget.sandbox.koha.store import Store
from torget.sandbox.replies import Reply, as_json, schema_errors
from torget.sandbox.sqlite_file import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    request: Request
    store: Store
    settings: KohaSettings
    arguments: dict[str, Any]
    fails_after_storing: bool
    issue_token: Callable[[], str]

    def shown(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answers.redacted(answer) if self.settings.redacts else answer

    def patron(self) -> Row:
        found = self.store.row("select * from patrons where patron_id = ?", (self.arguments["patron_id"],))
        if found is None:
            raise Reply(404, {"error": "Patron not found."})
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Endpoint:
    method: str
    path: str
    """As werkzeug writes it; the interface description writes {patron_id} for <int:patron_id>."""
    handle: Callable[[Call], Response]
    permission: str | None
    permission_detail: str = "1"
    parameters: frozenset[str] = frozenset()
    since_new: bool = False
    """True: an old Koha does not have it."""
    is_suomi: bool | None = None
    """Only Koha-Suomi's older version has it (True), or every other (False)."""
    is_of_plugin: bool = False

    def is_in(self, settings: KohaSettings) -> bool:
        if self.is_of_plugin and (settings.is_old or not settings.has_plugin):
            return False
        return self.is_suomi is None or self.is_suomi == settings.is_suomi


def _token(call: Call) -> Response:
    form = call.request.form
    if form.get("grant_type") != "client_credentials":
        raise Reply(400, {"error": "Unimplemented grant type"})
    if (form.get("client_id"), form.get("client_secret")) != (call.settings.client_id, call.settings.client_secret):
        raise Reply(403, {"error": "unauthorized_client"})
    return as_json(
        200,
        {
            "access_token": call.issue_token(),
            "token_type": "Bearer",
            "expires_in": call.settings.token_lives_seconds,
        },
    )


def _validate_password(call: Call) -> Response:
    body = asked.json_body(call.request)
    identifier, userid = body.get("identifier"), body.get("userid")
    if identifier is not None and userid is not None:
        raise Reply(400, {"error": "Bad request. Only one identifier attribute can be passed."})
    name = identifier if identifier is not None else userid
    by_card = " or cardnumber = :name" if userid is None else ""
    found = call.store.row(
        f"select * from patrons where userid = ?1{by_card.replace(':name', '?1')} order by userid = ?1 desc", (name,)
    )
    if found is None or found["login_attempts"] >= call.settings.failed_login_attempts_allowed:
        raise Reply(400, {"error": "Validation failed"})
    if found["password"] != body.get("password", ""):
        call.store.write(
            "update patrons set login_attempts = login_attempts + 1 where patron_id = ?", (found["patron_id"],)
        )
        raise Reply(400, {"error": "Validation failed"})
    if found["password_expired"]:
        raise Reply(400, {"error": "Password expired"})
    if found["login_attempts"]:
        call.store.write("update patrons set login_attempts = 0 where patron_id = ?", (found["patron_id"],))
    return as_json(201, {key: found[key] for key in ("cardnumber", "patron_id", "userid")})


def _suomi_validation(call: Call) -> Response:
    body = asked.json_body(call.request)
    found = call.store.row("select * from patrons where cardnumber = ?", (body.get("cardnumber"),))
    if found is None or found["password"] != body.get("password", ""):
        raise Reply(400, {"error": "Login failed."})
    shown = ("patron_id", "firstname", "surname", "email", "library_id")
    return as_json(200, {key: found[key] for key in shown})


def _suomi_payment(call: Call) -> Response:
    """One sum for the patron: the oldest fees first, and what is left over is a credit."""
    body = asked.payment_body(call.request)
    micros = int((Decimal(body["amount"]) * answers.MICROS).to_integral_value())
    order = crediting.CreditOrder(
        patron_id=call.patron()["patron_id"], micros=micros, line_ids=None, fields={"note": body.get("note")}
    )
    try:
        crediting.add_credit(call.store, order, fails_after_storing=call.fails_after_storing)
    except crediting.ApplyFailed as failed:
        raise Reply(400, {"error": str(failed)}) from None
    return Response(status=204)


def _list(table: str, columns: frozenset[str], to_json: answers.RowJson, extra: str = "1 = 1") -> Callable[..., Any]:
    """A listing endpoint: conditions, pages of twenty, the total in a header."""

    def listed(call: Call, more: str = "1 = 1", more_values: tuple[Any, ...] = ()) -> Response:
        condition, values = asked.where(call.request, columns=columns)
        condition = f"({condition}) and ({extra}) and ({more})"
        values = [*values, *more_values]
        size, offset = asked.page(call.request, call.settings.default_page_size)
        order = asked.order(call.request, columns=columns)
        rows = call.store.rows(
            f"select * from {table} where {condition} {order} limit ? offset ?", [*values, size, offset]
        )
        count = call.store.row(f"select count(*) as n from {table} where {condition}", values)
        shown = [call.shown(_embedded(call, row, to_json(call.store, row))) for row in rows]
        return as_json(200, shown, {"x-total-count": str(count["n"] if count else 0)})

    return listed


def _embedded(call: Call, row: Row, answer: dict[str, Any]) -> dict[str, Any]:
    embeds = [part.strip() for part in call.request.headers.get("x-koha-embed", "").split(",") if part.strip()]
    if not embeds:
        return answer
    if "cardnumber" in row:
        if embeds != ["account_balance"] or call.settings.is_old:
            raise Reply(400, schema_errors([("/x-koha-embed/0", "Not in enum list: extended_attributes.")]))
        return {**answer, "account_balance": answers.number(answers.balance(call.store, row["patron_id"]))}
    if "title" not in row or embeds != ["biblio"]:
        raise Reply(400, {"error": "Embeding failed: unknown relation."})
    return {**answer, "biblio": answers.biblio_json(row)}


_list_patrons = _list(
    "patrons",
    frozenset({"cardnumber", "userid", "patron_id", "firstname", "surname", "library_id", "email"}),
    answers.patron_json,
)
_list_items = _list("items", frozenset({"item_id", "external_id", "biblio_id"}), answers.item_json)
_list_libraries = _list("libraries", frozenset({"library_id", "name"}), answers.library_json)
_CHECKOUT_COLUMNS: Final = frozenset({"patron_id", "checkout_id", "item_id"})
_list_current = _list("checkouts", _CHECKOUT_COLUMNS, answers.checkout_json, "checkin_date is null")
_list_returned = _list("checkouts", _CHECKOUT_COLUMNS, answers.checkout_json, "checkin_date is not null")
_LINE_COLUMNS: Final = frozenset(
    {"account_line_id", "internal_note", "description", "credit_type", "debit_type", "date", "library_id", "status"}
)
_list_credits = _list("account_lines", _LINE_COLUMNS, answers.line_json, "credit_type is not null")
_list_debits = _list("account_lines", _LINE_COLUMNS, answers.debit_json, "debit_type is not null")


def _get_patron(call: Call) -> Response:
    return as_json(200, call.shown(answers.patron_json(call.store, call.patron())))


def _patron_of_plugin(call: Call) -> Response:
    patron = call.patron()
    answer = call.shown(answers.patron_json(call.store, patron))
    if call.request.args.get("query_relationships") in {"1", "true"}:
        answer |= answers.relationships_json(call.store, patron["patron_id"])
    return as_json(200, answer)


def _checkouts(call: Call) -> Response:
    wants_returned = call.request.args.get("checked_in", "false") in {"true", "1"}
    answer: Response = _list_returned(call) if wants_returned else _list_current(call)
    return answer


def _account(call: Call) -> Response:
    answer = answers.account_json(call.store, call.patron()["patron_id"])
    if call.settings.redacts:
        for part in ("outstanding_debits", "outstanding_credits"):
            answer[part]["lines"] = [answers.redacted(line) for line in answer[part]["lines"]]
    return as_json(200, answer)


def _lines(listed: Callable[..., Any]) -> Callable[[Call], Response]:
    def of_patron(call: Call) -> Response:
        if call.settings.is_old:
            raise Reply(404, {"error": "Not found"})
        answer: Response = listed(call, "patron_id = ?", (call.patron()["patron_id"],))
        return answer

    return of_patron


def _add_credit(call: Call) -> Response:
    body = asked.credit_body(call.request)
    patron_id = call.patron()["patron_id"]
    micros = int((Decimal(body["amount"]) * answers.MICROS).to_integral_value())
    if micros <= 0:
        raise Reply(400, {"error": "Exception 'Koha::Exceptions::BadParameter' thrown 'amount'"})
    if body.get("payment_type", "CASH") not in call.settings.payment_types:
        # The foreign key complains while the credit is being stored, so nothing is kept.
        raise Reply(400, {"error": "Broken FK constraint on payment_type"})
    order = crediting.CreditOrder(
        patron_id=patron_id, micros=micros, line_ids=body.get("account_lines_ids"), fields=body
    )
    try:
        credit_id = crediting.add_credit(call.store, order, fails_after_storing=call.fails_after_storing)
    except crediting.ApplyFailed as failed:
        raise Reply(400, {"error": str(failed)}) from None
    if call.settings.is_old:
        return as_json(200, {"account_line_id": credit_id})
    line = call.store.row("select * from account_lines where account_line_id = ?", (credit_id,))
    return as_json(201, call.shown(answers.line_json(call.store, line or {})))


def _add_debit(call: Call) -> Response:
    """One transaction, unlike a credit: after an error nothing is kept."""
    if call.settings.is_old:
        raise Reply(404, {"error": "Not found"})
    body = asked.debit_body(call.request)
    patron_id = call.patron()["patron_id"]
    if not body.get("type"):
        raise Reply(400, {"error": "Exception 'Koha::Exceptions::MissingParameter' thrown 'type'"})
    micros = int((Decimal(body["amount"]) * answers.MICROS).to_integral_value())
    if micros <= 0:
        raise Reply(400, {"error": "Exception 'Koha::Exceptions::Account::AmountNotPositive' thrown"})
    if body["type"] not in call.settings.debit_types:
        raise Reply(400, {"error": "Exception 'Koha::Exceptions::Account::UnrecognisedType' thrown"})
    debit_id = charging.add_debit(call.store, patron_id=patron_id, micros=micros, fields=body)
    line = call.store.row("select * from account_lines where account_line_id = ?", (debit_id,))
    return as_json(201, call.shown(answers.debit_json(call.store, line or {})))


def _specification(call: Call) -> Response:
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        if (endpoint.since_new and call.settings.is_old) or not endpoint.is_in(call.settings):
            continue
        path = endpoint.path.replace("<int:", "{").replace(">", "}")
        paths.setdefault(path, {})[endpoint.method.lower()] = {
            "x-koha-authorization": {"permissions": {endpoint.permission: endpoint.permission_detail}}
        }
    return as_json(200, {"swagger": "2.0", "basePath": "/api/v1", "info": {"version": "1"}, "paths": paths})


_CHARGES: Final = ("updatecharges", "remaining_permissions")
_QUERY: Final = asked.RESERVED

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(method="GET", path="/", handle=_specification, permission=None),
    Endpoint(method="POST", path="/oauth/token", handle=_token, permission=None),
    Endpoint(
        method="POST",
        path="/auth/password/validation",
        handle=_validate_password,
        permission="borrowers",
        is_suomi=False,
    ),
    Endpoint(
        method="POST",
        path="/contrib/kohasuomi/auth/patrons/validation",
        handle=_suomi_validation,
        permission="borrowers",
        is_suomi=True,
    ),
    Endpoint(
        method="POST",
        path="/patrons/<int:patron_id>/payment",
        handle=_suomi_payment,
        permission=_CHARGES[0],
        permission_detail=_CHARGES[1],
        is_suomi=True,
    ),
    Endpoint(
        method="GET",
        path="/patrons",
        handle=_list_patrons,
        permission="borrowers",
        permission_detail="edit_borrowers",
        parameters=_QUERY | {"cardnumber", "userid", "patron_id", "firstname", "surname", "library_id", "email"},
    ),
    Endpoint(
        method="GET",
        path="/patrons/<int:patron_id>",
        handle=_get_patron,
        permission="borrowers",
        permission_detail="edit_borrowers",
    ),
    Endpoint(
        method="GET",
        path="/contrib/kohasuomi/patrons/<int:patron_id>",
        handle=_patron_of_plugin,
        permission="borrowers",
        parameters=frozenset({"query_relationships"}),
        is_of_plugin=True,
    ),
    Endpoint(
        method="GET",
        path="/patrons/<int:patron_id>/account",
        handle=_account,
        permission=_CHARGES[0],
        permission_detail=_CHARGES[1],
    ),
    Endpoint(
        method="POST",
        path="/patrons/<int:patron_id>/account/credits",
        handle=_add_credit,
        is_suomi=False,
        permission=_CHARGES[0],
        permission_detail=_CHARGES[1],
    ),
    Endpoint(
        method="GET",
        path="/patrons/<int:patron_id>/account/credits",
        handle=_lines(_list_credits),
        is_suomi=False,
        permission=_CHARGES[0],
        permission_detail=_CHARGES[1],
        parameters=_QUERY,
        since_new=True,
    ),
    Endpoint(
        method="GET",
        path="/patrons/<int:patron_id>/account/debits",
        handle=_lines(_list_debits),
        is_suomi=False,
        permission=_CHARGES[0],
        permission_detail=_CHARGES[1],
        parameters=_QUERY,
        since_new=True,
    ),
    Endpoint(
        method="POST",
        path="/patrons/<int:patron_id>/account/debits",
        handle=_add_debit,
        is_suomi=False,
        permission=_CHARGES[0],
        permission_detail=_CHARGES[1],
        since_new=True,
    ),
    Endpoint(
        method="GET",
        path="/items",
        handle=_list_items,
        permission="catalogue",
        parameters=_QUERY | {"external_id"},
    ),
    Endpoint(method="GET", path="/libraries", handle=_list_libraries, permission="catalogue", parameters=_QUERY),
    Endpoint(
        method="GET",
        path="/checkouts",
        handle=_checkouts,
        permission="circulate",
        permission_detail="circulate_remaining_permissions",
        parameters=_QUERY | {"patron_id", "checked_in"},
    ),
)
