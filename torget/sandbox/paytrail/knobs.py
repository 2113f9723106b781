"""Every misbehaviour that can be asked of the sandbox, by name, with what is normal."""

from typing import Any

NORMAL: dict[str, Any] = {
    # How callback and return follow each other: as_asked (callbackDelay), callback_first, redirect_first, together.
    "order": "as_asked",
    # How many times each callback is sent, and how far apart.
    "copies": 1,
    "copy_gap_seconds": 60.0,
    # After an `ok`, a late `pending` about the same payment.
    "stale_pending": False,
    # Messages (names in hostile.py) sent to the callback address before the true one.
    "hostile": [],
    # One of them in place of the true parameters of the browser's return.
    "hostile_redirect": "",
    # Signature algorithm of returns, callbacks and answers.
    "algorithm": "sha256",
    # {"kind": …, "on": "any", "count": 1, "seconds": 15}: see outages.py.
    "outage": {},
    # ok, pending_ok, pending_fail, fail, unsupported, insufficient: see refunds.py.
    "refund": "ok",
    "refund_delay_seconds": 60.0,
    # Whether a refund's callback repeats the refund stamp; the documentation does not say.
    "refund_callback_has_stamp": True,
    # What the provider keeps of each payment of a payee, when it settles.
    "payment_fee_cents": 0,
    # Rows left out of and added to the next settlement reports.
    "missing_report_rows": 0,
    "extra_report_rows": 0,
}
ABOUT_ONE_PAYMENT = ("order", "copies", "copy_gap_seconds", "stale_pending", "hostile", "hostile_redirect")
"""Knobs that an outcome can also set for its own payment alone."""
