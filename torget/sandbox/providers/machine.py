"""The machine's own corner, `/_sandbox/…`: choose outcomes, turn knobs, move time, audit the books."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from torget.sandbox.providers.clock import as_text
from torget.sandbox.providers.knobs import WrongKnob
from torget.sandbox.providers.outbox import Outbox
from torget.sandbox.providers.outcomes import NotPossible
from torget.sandbox.providers.page import Carry
from torget.sandbox.providers.state import StateOf

AnyState = StateOf[Any]
Books = Callable[[Any], Any]
"""What happened, for an auditor: each sandbox has its own account of it."""


def outcome(request: Request, carry: Carry, *, payment_id: str) -> Response:
    """`POST /_sandbox/payments/{id}/outcome` {"outcome": "pay", "method"?, and knobs of one payment}."""
    try:
        wishes = _wishes(request)
        overrides = {name: value for name, value in wishes.items() if name not in {"outcome", "method"}}
        chosen = carry(
            payment_id=payment_id,
            outcome=wishes.get("outcome", ""),
            method=wishes.get("method", ""),
            overrides=overrides,
        )
    except WrongKnob as error:
        return as_json({"error": str(error)}, 400)
    except NotPossible as error:
        return as_json({"error": str(error)}, 409)
    return as_json({"status": chosen.status, "redirect": chosen.return_url})


def respond(request: Request, state: AnyState, outbox: Outbox, *, corner: str, books: Books) -> Response:
    if (request.method, corner) == ("GET", "books"):
        return as_json(books(state))
    handler = _CORNERS.get((request.method, corner))
    if handler is None:
        return as_json({"error": "no such corner"}, 404)
    try:
        return as_json(handler(_wishes(request) if request.method == "POST" else {}, state, outbox))
    except (WrongKnob, ValueError, TypeError) as error:
        return as_json({"error": str(error)}, 400)


def _callbacks(_: dict[str, Any], __: AnyState, outbox: Outbox) -> Any:
    return {"callbacks": outbox.everything()}


def _show_knobs(_: dict[str, Any], state: AnyState, __: Outbox) -> Any:
    return state.knobs.all()


def _turn_knobs(wishes: dict[str, Any], state: AnyState, _: Outbox) -> Any:
    state.knobs.turn(**wishes)
    return state.knobs.all()


def _show_clock(_: dict[str, Any], state: AnyState, __: Outbox) -> Any:
    now = state.clock.now()
    return {"now": as_text(now), "seconds": now, "speed": state.clock.speed}


def _set_clock(wishes: dict[str, Any], state: AnyState, outbox: Outbox) -> Any:
    """{"speed": 60} makes a minute of every second, 0 stops the clock; {"advance_seconds": 86400} jumps."""
    if unknown := set(wishes) - {"speed", "advance_seconds"}:
        raise WrongKnob(f"the clock has no {', '.join(sorted(unknown))}")
    if "speed" in wishes:
        state.clock.run_at(float(wishes["speed"]))
    state.clock.advance(float(wishes.get("advance_seconds", 0)))
    return _show_clock({}, state, outbox)


def _reset(_: dict[str, Any], state: AnyState, __: Outbox) -> Any:
    """Forget everything but the time."""
    state.store.empty()
    state.clock.advance(0)
    return {}


_CORNERS: Mapping[tuple[str, str], Callable[[dict[str, Any], AnyState, Outbox], Any]] = {
    ("GET", "callbacks"): _callbacks,
    ("GET", "knobs"): _show_knobs,
    ("POST", "knobs"): _turn_knobs,
    ("GET", "clock"): _show_clock,
    ("POST", "clock"): _set_clock,
    ("POST", "reset"): _reset,
}


def _wishes(request: Request) -> dict[str, Any]:
    try:
        wishes = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise WrongKnob("the body is not JSON") from None
    if not isinstance(wishes, dict):
        raise WrongKnob("the body is not an object")
    return wishes


def as_json(content: Any, status_code: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status_code, content_type="application/json")
