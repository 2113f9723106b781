"""Returns and notifications of Visma Pay, true and untrue; both are GET with the same parameters."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.providers.vendor import Sending, State
from torget.sandbox.visma_pay.authcodes import authcode_of

Pairs = list[tuple[str, str]]
SIGNED = ("RETURN_CODE", "ORDER_NUMBER", "SETTLED", "CONTACT_ID", "INCIDENT_ID")
CODES: Mapping[str, Mapping[str, str]] = {
    "ok": {"RETURN_CODE": "0", "SETTLED": "1"},
    "reserved": {"RETURN_CODE": "0", "SETTLED": "0"},
    "fail": {"RETURN_CODE": "1"},
    "pending": {"RETURN_CODE": "4"},
}


def told(payment: sqlite3.Row, status: str) -> dict[str, str]:
    values = {**CODES[status], "ORDER_NUMBER": payment["stamp"]}
    if status == "fail":
        # As the real one does after an error at the bank.
        values["INCIDENT_ID"] = f"inc-{payment['id'][:8]}"
    return {name: values[name] for name in SIGNED if name in values}


def signed(values: Mapping[str, str], secret: str) -> Pairs:
    return [*values.items(), ("AUTHCODE", authcode_of(secret, [values[name] for name in SIGNED if name in values]))]


def _other_secret(state: State, merchant: Merchant) -> str:
    return next(one.secret for one in state.merchants.values() if one.account != merchant.account)


def _replaced(pairs: Pairs, name: str, value: str) -> Pairs:
    return [(key, value if key == name else kept) for key, kept in pairs]


Deed = Callable[[dict[str, str], str, str], Pairs]
"""From the true values, the merchant's secret and another merchant's."""
HOSTILE: Mapping[str, Deed] = {
    # True, and must be believed.
    "extra_unsigned": lambda values, secret, _: [*signed(values, secret), ("utm_source", "posti"), ("AMOUNT", "1")],
    "reordered": lambda values, secret, _: signed(values, secret)[::-1],
    "missing_authcode": lambda values, _, __: list(values.items()),
    "empty_authcode": lambda values, _, __: [*values.items(), ("AUTHCODE", "")],
    "lower_case": lambda values, secret, _: [(n, v.lower()) for n, v in signed(values, secret)],
    "other_secret": lambda values, _, other: signed(values, other),
    "changed_code": lambda values, secret, _: _replaced(
        signed({**values, "RETURN_CODE": "1"}, secret), "RETURN_CODE", "0"
    ),
    "duplicate_key": lambda values, secret, _: [*signed(values, secret), ("RETURN_CODE", "0")],
    "maintenance": lambda values, secret, _: signed({**values, "RETURN_CODE": "10"}, secret),
    # Rightly signed, and still not about this payment.
    "signed_other_order": lambda values, secret, _: signed({**values, "ORDER_NUMBER": "somebody-elses"}, secret),
}
TRUE_ONES = ("extra_unsigned", "reordered")


def pairs_of(state: State, payment: sqlite3.Row, status: str, hostile: str) -> Pairs:
    merchant = state.merchants[payment["account"]]
    values = told(payment, status)
    if hostile:
        return HOSTILE[hostile](values, merchant.secret, _other_secret(state, merchant))
    return signed(values, merchant.secret)


def address(state: State, payment: sqlite3.Row, status: str, hostile: str, *, name: str) -> str:
    url = json.loads(payment["body"])["payment_method"][name]
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs_of(state, payment, status, hostile))}"


def notification(state: State, payment: sqlite3.Row, status: str, hostile: str) -> Sending:
    return Sending(url=address(state, payment, status, hostile, name="notify_url"))
