"""Messages that a careless receiver would believe, each made from the true one; the receiver must tell them apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.signing import signature_of

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The true parameters, unsigned, and who is about."""

    parameters: Mapping[str, str]
    merchant: Merchant
    other: Merchant
    earlier: Pairs
    """The signed message of an earlier paid payment of the same merchant; the true one if there is none."""


def signed_pairs(parameters: Mapping[str, str], secret: str) -> Pairs:
    return [*parameters.items(), ("signature", signature_of(secret, parameters))]


def _signed_with(truth: Truth, **changes: str) -> Pairs:
    changed = {f"checkout-{name.replace('_', '-')}": value for name, value in changes.items()}
    return signed_pairs({**truth.parameters, **changed}, truth.merchant.secret)


def _true(truth: Truth) -> Pairs:
    return signed_pairs(truth.parameters, truth.merchant.secret)


def _replaced(pairs: Pairs, name: str, value: str) -> Pairs:
    return [(key, value if key == name else kept) for key, kept in pairs]


def _more(truth: Truth) -> str:
    return str(int(truth.parameters["checkout-amount"]) + 1)


def _wrong_signature(truth: Truth) -> Pairs:
    signature = dict(_true(truth))["signature"]
    return _replaced(_true(truth), "signature", ("1" if signature[0] == "0" else "0") + signature[1:])


def _other_merchant(truth: Truth) -> Pairs:
    return signed_pairs({**truth.parameters, "checkout-account": truth.other.account}, truth.other.secret)


HOSTILE: Mapping[str, Callable[[Truth], Pairs]] = {
    # The first four are true and must be believed.
    "extra_signed": lambda truth: _signed_with(truth, brand_new_thing="åäö € +%20"),
    "extra_unsigned": lambda truth: [*_true(truth), ("utm_source", "posti"), ("amount", "1")],
    "reordered": lambda truth: _true(truth)[::-1],
    "other_algorithm": lambda truth: _signed_with(truth, algorithm="sha512"),
    "wrong_signature": _wrong_signature,
    "missing_signature": lambda truth: list(truth.parameters.items()),
    "empty_signature": lambda truth: [*truth.parameters.items(), ("signature", "")],
    "unknown_algorithm": lambda truth: _replaced(_true(truth), "checkout-algorithm", "md5"),
    "changed_amount": lambda truth: _replaced(_true(truth), "checkout-amount", _more(truth)),
    "changed_status": lambda truth: _replaced(_signed_with(truth, status="fail"), "checkout-status", "ok"),
    "duplicate_key": lambda truth: [*_true(truth), ("checkout-status", "ok")],
    "other_secret": lambda truth: signed_pairs(truth.parameters, truth.other.secret),
    # Rightly signed, by somebody else.
    "other_merchant": _other_merchant,
    # Rightly signed, and still not about this payment as it was ordered: only the comparison with our own row tells.
    "signed_other_amount": lambda truth: _signed_with(truth, amount=_more(truth)),
    "signed_other_currency": lambda truth: _signed_with(truth, currency="SEK"),
    "signed_other_stamp": lambda truth: _signed_with(truth, stamp="somebody-elses-stamp"),
    "unknown_status": lambda truth: _signed_with(truth, status="refunded"),
    "replay": lambda truth: truth.earlier,
}
"""By name; the names are the values of the knobs `hostile` and `hostile_redirect`."""
TRUE_ONES = ("extra_signed", "extra_unsigned", "reordered", "other_algorithm")
