"""The sandbox's own endpoints under /_sandbox/: knobs and books over HTTP, for the demo and for load tests."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol

from werkzeug import Request, Response
from werkzeug.routing import Rule

from torget.sandbox.faults import Fault, Faults
from torget.sandbox.koha.settings import KohaSettings
from torget.sandbox.koha.store import MICROS_PER_CENT, Store
from torget.sandbox.population import SandboxFee, SandboxItem, SandboxPatron, SandboxPopulation
from torget.sandbox.replies import Reply, as_json
from torget.sandbox.sqlite_file import Row


class Knobs(Protocol):
    """What of the sandbox can be turned and looked into from outside."""

    store: Store
    faults: Faults
    settings: KohaSettings

    def load(self, population: SandboxPopulation) -> None: ...

    def revoke_tokens(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    handle: Callable[[Knobs, Request], Response]


def grow_fees(store: Store, cents: int, *, fee_id: int | None = None) -> int:
    """The nightly run: every fee of an unreturned loan (or the one named) grows; returns how many did."""
    micros = cents * MICROS_PER_CENT
    only = "status = 'UNRETURNED'" if fee_id is None else "account_line_id = ?"
    return store.write(
        f"update account_lines set amount = amount + ?, amount_outstanding = amount_outstanding + ? where {only}",
        (micros, micros, *(() if fee_id is None else (fee_id,))),
    )


def pay_at_desk(store: Store, fee_id: int) -> int:
    """Somebody pays the fee in cash at the desk; returns the cents, zero if nothing was owed."""
    with store.transaction():
        line = store.row("select * from account_lines where account_line_id = ?", (fee_id,))
        if line is None or line["amount_outstanding"] <= 0:
            return 0
        micros = int(line["amount_outstanding"])
        store.write("update account_lines set amount_outstanding = 0 where account_line_id = ?", (fee_id,))
        credit_id = store.write(
            "insert into account_lines (patron_id, date, amount, amount_outstanding, description, credit_type,"
            " payment_type, library_id, interface, timestamp) values (?, ?, ?, 0, 'Kassa', 'PAYMENT', 'CASH', ?,"
            " 'intranet', ?)",
            (line["patron_id"], line["date"], -micros, line["library_id"], line["timestamp"]),
        )
        store.write(
            "insert into offsets (credit_id, debit_id, amount, step) values (?, ?, ?, 'desk')",
            (credit_id, fee_id, -micros),
        )
    return micros // MICROS_PER_CENT


def credits_booked(store: Store, *, patron_id: int | None = None) -> list[Row]:
    """All credits, or one patron's, the desk's among them (interface 'intranet'; ours have 'api')."""
    only, values = ("true", ()) if patron_id is None else ("patron_id = ?", (patron_id,))
    credit_lines = store.rows(
        f"select * from account_lines where credit_type is not null and {only} order by account_line_id", values
    )
    for credit in credit_lines:
        credit["amount_cents"] = _cents(-credit.pop("amount"))
        credit["left_over_cents"] = _cents(-credit.pop("amount_outstanding"))
    return credit_lines


def books(store: Store) -> dict[str, Any]:
    """All that was asked and all credits with where they went; amounts in cents as text, exact."""
    offsets = store.rows("select * from offsets order by offset_id")
    for offset in offsets:
        offset["amount_cents"] = _cents(-offset.pop("amount"))
    owed = store.row(
        "select coalesce(sum(amount_outstanding), 0) as owed from account_lines where debit_type is not null"
    )
    return {
        "requests": store.rows("select * from requests order by request_id"),
        "credits": credits_booked(store),
        "offsets": offsets,
        "outstanding_cents": _cents(owed["owed"] if owed else 0),
    }


def _cents(micros: int) -> int | str:
    whole, fraction = divmod(micros, MICROS_PER_CENT)
    return whole if not fraction else str(Decimal(micros) / MICROS_PER_CENT)


def population_from_json(body: dict[str, Any]) -> SandboxPopulation:
    """The dataclasses of `population` as JSON objects, days as YYYY-MM-DD."""
    patrons = []
    for patron in body.get("patrons", []):
        fees = tuple(SandboxFee(**_with_days(fee)) for fee in patron.get("fees", []))
        patrons.append(SandboxPatron(**_with_days({**patron, "fees": fees})))
    items = tuple(SandboxItem(**item) for item in body.get("items", []))
    return SandboxPopulation(patrons=tuple(patrons), items=items)


_DAYS: Final = frozenset({"incurred_on", "due_date", "returned_on", "expires_on", "born_on"})


def _with_days(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DAYS and value is not None else value
        for name, value in values.items()
    }


def _asked(request: Request) -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Reply(400, {"error": "a JSON object is expected"})
    return body


def _load(koha: Knobs, request: Request) -> Response:
    try:
        population = population_from_json(_asked(request))
    except (TypeError, ValueError) as wrong:
        raise Reply(400, {"error": str(wrong)}) from None
    koha.load(population)
    return as_json(200, {"patrons": len(population.patrons), "items": len(population.items)})


def _reset(koha: Knobs, _request: Request) -> Response:
    koha.store.reset()
    koha.faults.clear()
    return as_json(200, {})


def _books(koha: Knobs, _request: Request) -> Response:
    return as_json(200, books(koha.store))


def _fail(koha: Knobs, request: Request) -> Response:
    """{"fault", "count"} for the next requests, {"fault", "probability", "seed"} by chance, {} for no more faults."""
    body = _asked(request)
    if not body:
        koha.faults.clear()
        return as_json(200, {})
    try:
        body["fault"] = Fault(body["fault"])
        plan = koha.faults.fail_by_chance if "probability" in body else koha.faults.fail_next
        plan(**body)
    except (KeyError, TypeError, ValueError) as wrong:
        raise Reply(400, {"error": str(wrong)}) from None
    return as_json(200, {})


def _settings(koha: Knobs, request: Request) -> Response:
    """Change any of KohaSettings; answers with the names that can be changed."""
    names = [field.name for field in fields(KohaSettings)]
    for name, value in _asked(request).items():
        if name not in names:
            raise Reply(400, {"error": f"no setting {name}", "settings": names})
        setattr(koha.settings, name, frozenset(value) if isinstance(value, list) else value)
    return as_json(200, {"settings": names})


def _grow(koha: Knobs, request: Request) -> Response:
    body = _asked(request)
    return as_json(200, {"grown": grow_fees(koha.store, int(body.get("cents", 20)), fee_id=body.get("fee_id"))})


def _desk(koha: Knobs, request: Request) -> Response:
    return as_json(200, {"paid_cents": pay_at_desk(koha.store, int(_asked(request)["fee_id"]))})


def _revoke(koha: Knobs, _request: Request) -> Response:
    koha.revoke_tokens()
    return as_json(200, {})


def rules() -> list[Rule]:
    posts = {
        "load": _load,
        "reset": _reset,
        "fail": _fail,
        "settings": _settings,
        "grow": _grow,
        "desk-payment": _desk,
        "revoke-tokens": _revoke,
    }
    return [
        Rule("/_sandbox/books", methods=["GET"], endpoint=Control(_books)),
        *(Rule(f"/_sandbox/{name}", methods=["POST"], endpoint=Control(handle)) for name, handle in posts.items()),
    ]
