"""Rows of the books as Koha's JSON, with its key names, its nulls and its plain numbers."""

from collections.abc import Callable
from typing import Any, Final

from torget.sandbox.koha.store import Store
from torget.sandbox.sqlite_file import Row

MICROS: Final = 1_000_000

# What stays readable when Koha redacts for a user of another library.
_NEVER_REDACTED: Final = frozenset({"patron_id", "account_line_id", "item_id", "checkout_id", "firstname", "surname"})


def number(micros: int) -> int | float:
    """1.15 or 3, never 3.0: Perl writes the shortest form, and a reader must take both."""
    return micros // MICROS if micros % MICROS == 0 else micros / MICROS


def redacted(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value if key in _NEVER_REDACTED else None for key, value in answer.items()}


def patron_json(store: Store, patron: Row) -> dict[str, Any]:
    restricted = bool(patron["restricted"])
    if patron["banned_until_paid"]:
        restricted = restricted or outstanding(store, patron["patron_id"]) > 0
    return {
        "patron_id": patron["patron_id"],
        "cardnumber": patron["cardnumber"],
        "userid": patron["userid"],
        "firstname": patron["firstname"],
        "surname": patron["surname"],
        "email": patron["email"],
        "sms_number": store.sms_number(patron["patron_id"]),
        "library_id": patron["library_id"],
        "category_id": patron["category_id"],
        "date_of_birth": patron["date_of_birth"],
        "expiry_date": patron["expiry_date"],
        "restricted": restricted,
        "patron_card_lost": bool(patron["patron_card_lost"]),
        "login_attempts": patron["login_attempts"],
        "lang": patron["lang"],
        "privacy": 1,
        "privacy_guarantor_fines": _shows_fees(store, patron["patron_id"]),
        "protected": False,
    }


def _shows_fees(store: Store, patron_id: int) -> bool:
    return store.row("select 1 from shown_to_guarantors where patron_id = ?", (patron_id,)) is not None


def relationships_json(store: Store, patron_id: int) -> dict[str, Any]:
    """What koha-plugin-rest-di adds to a patron: those who answer for them, and those for whom they answer."""

    def others(own: str, other: str) -> list[dict[str, Any]]:
        rows = store.rows(
            f"select p.* from relationships r join patrons p on p.patron_id = r.{other} where r.{own} = ? order by 1",
            (patron_id,),
        )
        return [
            {
                "relationship": "huoltaja",
                "id": row["patron_id"],
                "surname": row["surname"],
                "firstname": row["firstname"],
            }
            for row in rows
        ]

    return {"guarantors": others("guarantee_id", "guarantor_id"), "guarantees": others("guarantor_id", "guarantee_id")}


def outstanding(store: Store, patron_id: int) -> int:
    found = store.row(
        "select coalesce(sum(amount_outstanding), 0) as owed from account_lines"
        " where patron_id = ? and debit_type is not null",
        (patron_id,),
    )
    return int(found["owed"]) if found else 0


def balance(store: Store, patron_id: int) -> int:
    """All that is outstanding, credits too."""
    found = store.row(
        "select coalesce(sum(amount_outstanding), 0) as owed from account_lines where patron_id = ?", (patron_id,)
    )
    return int(found["owed"]) if found else 0


def line_json(_store: Store, line: Row) -> dict[str, Any]:
    return {
        "account_line_id": line["account_line_id"],
        "checkout_id": line["checkout_id"],
        "patron_id": line["patron_id"],
        "item_id": line["item_id"],
        "date": line["date"],
        "amount": number(line["amount"]),
        "amount_outstanding": number(line["amount_outstanding"]),
        "description": line["description"],
        "account_type": None,
        "debit_type": line["debit_type"],
        "credit_type": line["credit_type"],
        "credit_number": None,
        "payment_type": line["payment_type"],
        "payout_type": None,
        "last_increment": None,
        "timestamp": line["timestamp"],
        "internal_note": line["internal_note"],
        "user_id": None,
        "library_id": line["library_id"],
        "interface": line["interface"],
        "status": line["status"],
        "cash_register_id": None,
    }


def debit_json(store: Store, line: Row) -> dict[str, Any]:
    """A debit of the listings and of a new charge: its type is called `type`, and it has nothing of a credit."""
    answer = line_json(store, line)
    kind = answer.pop("debit_type")
    for name in ("account_type", "credit_type", "credit_number", "payment_type", "last_increment"):
        del answer[name]
    return {**answer, "type": kind}


def item_json(_store: Store, item: Row) -> dict[str, Any]:
    return {
        "item_id": item["item_id"],
        "biblio_id": item["biblio_id"],
        "external_id": item["external_id"],
        "home_library_id": item["home_library_id"],
        "holding_library_id": item["home_library_id"],
        "lost_status": 0,
        "withdrawn": 0,
    }


def library_json(_store: Store, library: Row) -> dict[str, Any]:
    return {"library_id": library["library_id"], "name": library["name"], "pickup_location": True, "public": True}


def checkout_json(_store: Store, checkout: Row) -> dict[str, Any]:
    return {
        "checkout_id": checkout["checkout_id"],
        "patron_id": checkout["patron_id"],
        "item_id": checkout["item_id"],
        "due_date": checkout["due_date"],
        "checkin_date": checkout["checkin_date"],
        "library_id": checkout["library_id"],
        "renewals_count": 0,
        "onsite_checkout": False,
    }


def biblio_json(item: Row) -> dict[str, Any]:
    """Catalogue titles end in the cataloguer's marks, which a reader has to take off."""
    return {"biblio_id": item["biblio_id"], "title": f"{item['title']} /", "subtitle": None, "author": None}


RowJson = Callable[[Store, Row], dict[str, Any]]


def account_json(store: Store, patron_id: int) -> dict[str, Any]:
    lines = store.rows(
        "select * from account_lines where patron_id = ? and amount_outstanding <> 0 order by date, account_line_id",
        (patron_id,),
    )
    debits = [line for line in lines if line["debit_type"] is not None]
    credit_lines = [line for line in lines if line["debit_type"] is None]
    return {
        "balance": number(sum(line["amount_outstanding"] for line in lines)),
        "outstanding_debits": _part(store, debits),
        "outstanding_credits": _part(store, credit_lines),
    }


def _part(store: Store, lines: list[Row]) -> dict[str, Any]:
    return {
        "total": number(sum(line["amount_outstanding"] for line in lines)),
        "lines": [line_json(store, line) for line in lines],
    }
