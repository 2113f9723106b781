"""The signature against the vendor's public vectors, and against messages that could be read in two ways."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from torget.connectors.payment_providers.paytrail.signature import BadSignature, sign, verify, without_repeats
from torget.sandbox.paytrail.signing import signature_of

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("paytrail_vectors.json").read_text(encoding="utf-8")
)["vectors"]
EACH_VECTOR = pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
VALUES = some.text(some.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
NAMES = some.from_regex(r"checkout-[a-z]{1,3}(-[a-z]{1,3})?", fullmatch=True)
PARAMETERS = some.dictionaries(NAMES, VALUES, max_size=6)
SECRET = "SAIPPUAKAUPPIAS"


def test_all_the_vectors_are_here() -> None:
    assert len(VECTORS) == 9


@EACH_VECTOR
def test_vector(vector: dict[str, Any]) -> None:
    body = vector["body_utf8"].encode()
    assert sign(vector["secret"], vector["params"], body) == vector["expected"]
    assert signature_of(vector["secret"], vector["params"], body) == vector["expected"]
    verify(vector["secret"], {**vector["params"], "signature": vector["expected"]}, body)


@EACH_VECTOR
def test_one_changed_bit_breaks_a_vector(vector: dict[str, Any]) -> None:
    signed = {**vector["params"], "signature": vector["expected"]}
    body = vector["body_utf8"].encode()
    changed = [{**signed, name: f"{value}x"} for name, value in signed.items()]
    changed += [{**signed, "checkout-new": "x"}, {**signed, "signature": ""}]
    changed += [{name: value for name, value in signed.items() if name != left_out} for left_out in signed]
    for parameters in changed:
        with pytest.raises(BadSignature):
            verify(vector["secret"], parameters, body)
    for other_secret, other_body in [(vector["secret"] + "x", body), (vector["secret"], body + b" ")]:
        with pytest.raises(BadSignature):
            verify(other_secret, signed, other_body)


def test_what_is_not_checkout_is_not_signed() -> None:
    parameters = {"checkout-account": "1", "platform-name": "torget", "amount": "1", "Checkout-Amount": "2"}
    assert sign(SECRET, parameters) == sign(SECRET, {"checkout-account": "1"})


@given(PARAMETERS, some.binary(max_size=60), some.sampled_from(["sha256", "sha512"]))
def test_the_sandbox_and_the_connector_agree(parameters: dict[str, str], body: bytes, algorithm: str) -> None:
    named = {**parameters, "checkout-algorithm": algorithm}
    signature = sign(SECRET, named, body, algorithm=algorithm)
    assert signature == signature_of(SECRET, named, body)
    verify(SECRET, {"signature": signature, **dict(reversed(named.items()))}, body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("checkout-stamp", "1\ncheckout-status:ok"),
        ("checkout-stamp", "1\r"),
        ("checkout-stamp", "\x00"),
        ("checkout-stamp", "a\u2028b"),
        ("checkout-a:b", "c"),
        ("checkout-a\nb", "c"),
        ("checkout-", "c"),
        ("checkout-å", "c"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(name: str, value: str) -> None:
    parameters = {"checkout-algorithm": "sha256", name: value}
    with pytest.raises(BadSignature):
        verify(SECRET, {**parameters, "signature": signature_of(SECRET, parameters)})


@pytest.mark.parametrize("algorithm", ["", "md5", "sha1", "SHA256", "sha256 ", "sha3_256"])
def test_an_unknown_algorithm_is_refused(algorithm: str) -> None:
    with pytest.raises(BadSignature, match="algorithm"):
        verify(SECRET, {"checkout-algorithm": algorithm, "signature": "0" * 64})


def test_half_a_character_is_refused() -> None:
    for parameters in ({"checkout-a": "\ud800", "signature": "0"}, {"signature": "\ud800"}):
        with pytest.raises(BadSignature, match="Unicode"):
            verify(SECRET, {"checkout-algorithm": "sha256", **parameters})


def test_a_repeated_key_is_refused() -> None:
    assert without_repeats([("a", "1"), ("b", "1")]) == {"a": "1", "b": "1"}
    with pytest.raises(BadSignature, match="repeated"):
        without_repeats([("a", "1"), ("a", "1")])
