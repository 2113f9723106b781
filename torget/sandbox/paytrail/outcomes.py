"""What a payer can do on the hosted page, or the bank after it: a table, and one function that applies it."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torget.sandbox.paytrail.hostile import HOSTILE
from torget.sandbox.paytrail.knobs import ABOUT_ONE_PAYMENT
from torget.sandbox.paytrail.messages import address, message_pairs
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.knobs import WrongKnob
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcomes import Chosen, NotPossible

UNPAID = ("new", "fail")
EXAMINED = ("pending", "delayed")
DEFAULT_METHOD = "osuuspankki"
ORDERS = ("as_asked", "callback_first", "redirect_first", "together")
REDIRECT_FIRST_SECONDS = 3.0
STALE_AFTER_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    statuses: tuple[str, ...]
    """What the payment goes through; each status has a callback of its own."""
    possible_from: tuple[str, ...] = UNPAID
    returns: bool = True
    """False: the browser never comes back."""
    calls_back: bool = True
    names_method: bool = True


OUTCOMES: Mapping[str, Outcome] = {
    "pay": Outcome(statuses=("ok",)),
    "cancel": Outcome(statuses=("fail",), names_method=False),
    "decline": Outcome(statuses=("fail",)),
    "pending": Outcome(statuses=("pending",)),
    "delayed": Outcome(statuses=("delayed",)),
    "pay_and_close_browser": Outcome(statuses=("ok",), returns=False),
    "pay_after_cancel": Outcome(statuses=("fail", "ok")),
    "pay_with_callback_lost": Outcome(statuses=("ok",), calls_back=False),
    "pay_unnoticed": Outcome(statuses=("ok",), returns=False, calls_back=False),
    # The word of those who examine a pending payment; the payer has left long ago.
    "approve": Outcome(statuses=("ok",), possible_from=EXAMINED, returns=False),
    "reject": Outcome(statuses=("fail",), possible_from=EXAMINED, returns=False),
}


def choose_outcome(
    state: State, outbox: Outbox, *, payment_id: str, outcome: str, method: str = "", overrides: Mapping[str, Any]
) -> Chosen:
    """Let the payment take this outcome: change its status, plan its callbacks, and say where the browser goes.

    `overrides` are knobs for this payment alone. Raises NotPossible or WrongKnob.
    """
    knobs = _knobs(state, overrides)
    chosen = OUTCOMES.get(outcome)
    if chosen is None:
        raise NotPossible(f"no outcome is called {outcome}")
    planned: list[int] = []
    with state.store.transaction():
        for number, status in enumerate(chosen.statuses):
            possible_from = chosen.possible_from if number == 0 else (chosen.statuses[number - 1],)
            payment = _change(state, payment_id, status, possible_from, _method(chosen, method))
            if chosen.calls_back:
                planned += _plan(state, outbox, payment, status, knobs, later_seconds=float(number))
    return Chosen(
        status=status,
        return_url=_return_url(state, payment, status, knobs["hostile_redirect"]) if chosen.returns else None,
        send_first=tuple(planned) if knobs["order"] == "callback_first" else (),
    )


def _method(chosen: Outcome, method: str) -> str | None:
    """None keeps what the payment has: who examines a payment does not change how it was paid."""
    if chosen.possible_from == EXAMINED:
        return None
    return (method or DEFAULT_METHOD) if chosen.names_method else ""


def _knobs(state: State, overrides: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(overrides) - set(ABOUT_ONE_PAYMENT):
        raise WrongKnob(f"not a knob of one payment: {', '.join(sorted(unknown))}")
    knobs = {**state.knobs.all(), **state.knobs.checked(dict(overrides))}
    unknown_names = {*knobs["hostile"], *filter(None, [knobs["hostile_redirect"]])} - set(HOSTILE)
    if unknown_names or knobs["order"] not in ORDERS:
        raise WrongKnob(f"no such order or hostile message: {knobs['order']} {sorted(unknown_names)}")
    return knobs


def _change(
    state: State, payment_id: str, status: str, possible_from: tuple[str, ...], method: str | None
) -> sqlite3.Row:
    marks = ", ".join("?" * len(possible_from))
    touched = state.store.change(
        f"UPDATE payment SET status = ?, method = coalesce(?, method), paid_at = ? "
        f"WHERE id = ? AND status IN ({marks})",
        (status, method, state.clock.now() if status == "ok" else None, payment_id, *possible_from),
    )
    payment = state.store.row("SELECT * FROM payment WHERE id = ?", (payment_id,))
    if payment is None or not touched:
        raise NotPossible("there is no such payment" if payment is None else f"the payment is {payment['status']}")
    return payment


def _plan(
    state: State, outbox: Outbox, payment: sqlite3.Row, status: str, knobs: Mapping[str, Any], *, later_seconds: float
) -> list[int]:
    """Plan what is told of one status, true and otherwise; gives the callbacks that are due at once."""
    body = _body(payment)
    urls = body.get("callbackUrls")
    if not urls:
        return []
    delay_seconds = {
        "as_asked": float(body.get("callbackDelay", 0)),
        "redirect_first": max(REDIRECT_FIRST_SECONDS, float(body.get("callbackDelay", 0))),
    }.get(knobs["order"], 0.0)
    due_at = state.clock.now() + delay_seconds + later_seconds
    url = urls["cancel" if status == "fail" else "success"]

    def plan(told: str, at: float, hostile: str = "") -> int:
        pairs = message_pairs(state, payment, told, is_callback=True, hostile=hostile)
        label = f"{told} {hostile}".strip()
        return outbox.plan(subject=payment["id"], label=label, url=address(url, pairs), due_at=at)

    at_once = [plan(status, due_at, hostile) for hostile in knobs["hostile"]]
    at_once.append(plan(status, due_at))
    for copy in range(1, knobs["copies"]):
        plan(status, due_at + copy * knobs["copy_gap_seconds"])
    if knobs["stale_pending"] and status == "ok":
        plan("pending", due_at + STALE_AFTER_SECONDS)
    return at_once


def _return_url(state: State, payment: sqlite3.Row, status: str, hostile: str) -> str:
    url = _body(payment)["redirectUrls"]["cancel" if status == "fail" else "success"]
    return address(url, message_pairs(state, payment, status, is_callback=False, hostile=hostile))


def _body(payment: sqlite3.Row) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(payment["body"])
    return body
