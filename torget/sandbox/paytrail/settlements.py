"""Paying out: what was paid and paid back on one day goes to each merchant as one batch the next morning."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from torget.sandbox.paytrail.answers import Answer, Refusal
from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.payments import items_of, settlement_reference
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.clock import as_text, local, local_moment

MORNING_HOUR = 6
MOST_ROWS = 100
Share = tuple[str, str | None, int]
"""Payment, refund if it is one, and the amount; negative for a refund."""


def settle(state: State) -> None:
    """Make the batches of every day that has ended and whose next morning has come; doing it again changes nothing."""
    now = state.clock.now()
    last_day = local(now).date() - timedelta(days=1 if local(now).hour >= MORNING_HOUR else 2)
    end = local_moment(last_day + timedelta(days=1), 0)
    with state.store.transaction():
        batches: dict[tuple[str, str, date], list[Share]] = defaultdict(list)
        for payment in state.store.rows(
            "SELECT * FROM payment WHERE is_settled = 0 AND paid_at < ? ORDER BY paid_at, id", (end,)
        ):
            for merchant, amount in _payment_shares(payment).items():
                batches[payment["account"], merchant, local(payment["paid_at"]).date()].append(
                    (payment["id"], None, amount)
                )
        for refund in state.store.rows(
            "SELECT * FROM refund WHERE is_settled = 0 AND status = 'ok' AND completed_at < ? "
            "ORDER BY completed_at, id",
            (end,),
        ):
            for merchant, amount in _refund_shares(state, refund).items():
                batches[refund["account"], merchant, local(refund["completed_at"]).date()].append(
                    (refund["payment"], refund["id"], -amount)
                )
        for (account, merchant, day), shares in sorted(batches.items(), key=lambda batch: (batch[0][2], batch[0][:2])):
            _keep(state, account, merchant, day, shares)
        state.store.change("UPDATE payment SET is_settled = 1 WHERE is_settled = 0 AND paid_at < ?", (end,))
        state.store.change(
            "UPDATE refund SET is_settled = 1 WHERE is_settled = 0 AND status = 'ok' AND completed_at < ?", (end,)
        )


def list_settlements(state: State, merchant: Merchant, query: Mapping[str, str]) -> Answer:
    """`GET /settlements`: the newest first, at most a hundred."""
    settle(state)
    first, last = _day(query, "startDate", date.min), _day(query, "endDate", date.max)
    if not 1 <= int(query.get("limit", MOST_ROWS)) <= MOST_ROWS:
        raise Refusal(400, f"limit must be 1-{MOST_ROWS}")
    rows = [
        row
        for row in state.store.rows("SELECT * FROM settlement WHERE account = ? ORDER BY id DESC", (merchant.account,))
        if first <= local(row["created_at"]).date() <= last
        and query.get("bankReference", row["reference"]) == row["reference"]
        and query.get("submerchant", row["merchant"]) == row["merchant"]
    ]
    return Answer(content=[_described(row) for row in rows[: int(query.get("limit", MOST_ROWS))]])


def _described(row: sqlite3.Row) -> dict[str, object]:
    return {
        "id": row["id"],
        "createdAt": as_text(row["created_at"]),
        "settledAt": local(row["created_at"]).date().isoformat(),
        "settlementReference": row["reference"],
    }


def _day(query: Mapping[str, str], name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(query[name]) if name in query else otherwise
    except ValueError:
        raise Refusal(400, f"{name} must be YYYY-MM-DD") from None


def _payment_shares(payment: sqlite3.Row) -> dict[str, int]:
    shares: dict[str, int] = defaultdict(int)
    for item in items_of(payment):
        shares[item.get("merchant", payment["account"])] += item["unitPrice"] * item["units"]
    return shares


def _refund_shares(state: State, refund: sqlite3.Row) -> dict[str, int]:
    """Who gives back how much: by the refund's lines, else as the payment was shared."""
    payment = state.store.row("SELECT * FROM payment WHERE id = ?", (refund["payment"],))
    assert payment is not None
    lines = json.loads(refund["lines"])
    if not lines:
        shares = _payment_shares(payment)
        return shares if sum(shares.values()) == refund["amount"] else {payment["account"]: refund["amount"]}
    merchants = {item.get("stamp"): item.get("merchant", payment["account"]) for item in items_of(payment)}
    back: dict[str, int] = defaultdict(int)
    for line in lines:
        back[merchants[line["stamp"]]] += line["amount"]
    return back


def _keep(state: State, account: str, merchant: str, day: date, shares: list[Share]) -> None:
    settlement_id = state.store.insert(
        "settlement",
        account=account,
        merchant=merchant,
        day=day.isoformat(),
        reference=settlement_reference(merchant, local_moment(day, 12)),
        created_at=local_moment(day + timedelta(days=1), MORNING_HOUR),
    )
    for payment_id, refund_id, amount in shares:
        state.store.insert(
            "settlement_row", settlement=settlement_id, payment=payment_id, refund=refund_id, amount=amount
        )
