"""Apply an outcome of the table to a payment."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torget.sandbox.providers.knobs import ABOUT_ONE_PAYMENT, WrongKnob
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.vendor import State, Vendor

ORDERS = ("as_asked", "callback_first", "redirect_first", "together")
REDIRECT_FIRST_SECONDS = 3.0
STALE_AFTER_SECONDS = 30.0


class NotPossible(Exception):
    """The payment is not in a state in which this can happen, or there is no such outcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    status: str
    return_url: str | None
    """Where the browser is sent; None if it never comes back."""
    send_first: tuple[int, ...]
    """Callbacks that must be sent before the browser is."""


def payment_by_id(state: State, payment_id: str) -> sqlite3.Row | None:
    return state.store.row("SELECT * FROM payment WHERE id = ?", (payment_id,))


def choose_outcome(
    vendor: Vendor,
    state: State,
    outbox: Outbox,
    *,
    payment_id: str,
    outcome: str,
    method: str = "",
    overrides: Mapping[str, Any],
) -> Chosen:
    """Let the payment take this outcome: change its status, plan its callbacks, and say where the browser goes.

    `overrides` are knobs for this payment alone. Raises NotPossible or WrongKnob.
    """
    knobs = _knobs(vendor, state, overrides)
    chosen = vendor.outcomes.get(outcome)
    if chosen is None:
        raise NotPossible(f"no outcome is called {outcome}")
    named = (method or next(iter(vendor.methods))) if chosen.names_method else None
    planned: list[int] = []
    with state.store.transaction():
        for number, status in enumerate(chosen.statuses):
            possible_from = chosen.possible_from if number == 0 else (chosen.statuses[number - 1],)
            payment = change_status(state, payment_id, status, possible_from, named)
            if chosen.calls_back:
                planned += _plan(vendor, state, outbox, payment, knobs=knobs, later_seconds=float(number))
    return Chosen(
        status=status,
        return_url=vendor.return_url(state, payment, status, knobs["hostile_redirect"]) if chosen.returns else None,
        send_first=tuple(planned) if knobs["order"] == "callback_first" else (),
    )


def _knobs(vendor: Vendor, state: State, overrides: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(overrides) - set(ABOUT_ONE_PAYMENT):
        raise WrongKnob(f"not a knob of one payment: {', '.join(sorted(unknown))}")
    knobs = {**state.knobs.all(), **state.knobs.checked(dict(overrides))}
    unknown_names = {*knobs["hostile"], *filter(None, [knobs["hostile_redirect"]])} - set(vendor.hostile)
    if unknown_names or knobs["order"] not in ORDERS:
        raise WrongKnob(f"no such order or hostile message: {knobs['order']} {sorted(unknown_names)}")
    return knobs


def change_status(
    state: State, payment_id: str, status: str, possible_from: tuple[str, ...], method: str | None = None
) -> sqlite3.Row:
    """Raise NotPossible unless the payment is in one of the states."""
    marks = ", ".join("?" * len(possible_from))
    touched = state.store.change(
        f"UPDATE payment SET status = ?, method = coalesce(?, method), paid_at = coalesce(?, paid_at) "
        f"WHERE id = ? AND status IN ({marks})",
        (status, method, state.clock.now() if status == "ok" else None, payment_id, *possible_from),
    )
    payment = payment_by_id(state, payment_id)
    if payment is None or not touched:
        raise NotPossible("there is no such payment" if payment is None else f"the payment is {payment['status']}")
    return payment


def _plan(
    vendor: Vendor,
    state: State,
    outbox: Outbox,
    payment: sqlite3.Row,
    *,
    knobs: Mapping[str, Any],
    later_seconds: float,
) -> list[int]:
    """Plan what is told of its status, true and otherwise; gives the callbacks that are due at once."""
    status = payment["status"]
    delay_seconds = REDIRECT_FIRST_SECONDS if knobs["order"] == "redirect_first" else 0.0
    due_at = state.clock.now() + delay_seconds + later_seconds

    def plan(told: str, at: float, hostile: str = "") -> list[int]:
        sending = vendor.callback(state, payment, told, hostile)
        if sending is None:
            return []
        return [
            outbox.plan(
                subject=payment["id"],
                label=f"{told} {hostile}".strip(),
                url=sending.url,
                method=sending.method,
                headers=sending.headers,
                body=sending.body,
                due_at=at,
            )
        ]

    at_once = [planned for hostile in knobs["hostile"] for planned in plan(status, due_at, hostile)]
    at_once += plan(status, due_at)
    for copy in range(1, knobs["copies"]):
        plan(status, due_at + copy * knobs["copy_gap_seconds"])
    if knobs["stale_pending"] and status == "ok":
        plan("pending", due_at + STALE_AFTER_SECONDS)
    return at_once
