"""Misbehaviour that can be asked of a sandbox, by name; each sandbox says what it has and what is normal."""

import json
from collections.abc import Mapping
from typing import Any

from torget.sandbox.providers.store import Store

COMMON_KNOBS: Mapping[str, Any] = {
    # How callback and return follow each other: as_asked, callback_first, redirect_first, together.
    "order": "as_asked",
    # How many times each callback is sent, and how far apart.
    "copies": 1,
    "copy_gap_seconds": 60.0,
    # After the payment is paid, a late word that it is pending.
    "stale_pending": False,
    # Untrue messages sent to the callback address before the true one.
    "hostile": [],
    # One of them in place of the true parameters of the browser's return.
    "hostile_redirect": "",
    # {"kind": …, "on": "any", "count": 1, "seconds": 15}: see outages.py.
    "outage": {},
    # ok, pending_ok, pending_fail, fail, unsupported: how refunds go, where there are any.
    "refund": "ok",
    "refund_delay_seconds": 60.0,
}
ABOUT_ONE_PAYMENT = ("order", "copies", "copy_gap_seconds", "stale_pending", "hostile", "hostile_redirect")
"""Knobs that an outcome can also set for its own payment alone."""


class WrongKnob(ValueError):
    """No such knob, or not such a value."""


class Knobs:
    """The current setting of the knobs, kept in the store."""

    def __init__(self, store: Store, normal: Mapping[str, Any]) -> None:
        self._store = store
        self._normal = normal

    def all(self) -> dict[str, Any]:
        return {**self._normal, **json.loads(self._store.setting("knobs") or "{}")}

    def turn(self, **values: Any) -> None:
        """Turn some; the others stay as they are."""
        with self._store.transaction():
            turned = json.loads(self._store.setting("knobs") or "{}")
            self._store.keep_setting("knobs", json.dumps({**turned, **self.checked(values)}))

    def checked(self, values: dict[str, Any]) -> dict[str, Any]:
        for name, value in values.items():
            if name not in self._normal:
                raise WrongKnob(f"no knob is called {name}")
            normal = self._normal[name]
            fits = isinstance(value, int | float) if isinstance(normal, float) else type(value) is type(normal)
            if not fits:
                raise WrongKnob(f"{name} must be a {type(normal).__name__}")
        return values

    def __getitem__(self, name: str) -> Any:
        return self.all()[name]
