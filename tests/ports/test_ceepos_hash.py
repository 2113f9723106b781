"""The hash against the public examples, and against messages that could be read in two ways."""

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.ports.hosted_world import message_of_url
from torget.connectors.payment_providers.ceepos import messages, signature
from torget.connectors.payment_providers.ceepos.bodies import clean
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, IncomingMessage, PaymentStatus
from torget.sandbox.ceepos.hashing import hash_for

VECTORS: dict[str, dict[str, Any]] = {
    vector["name"]: vector
    for vector in json.loads(Path(__file__).with_name("ceepos_vectors.json").read_text(encoding="utf-8"))["vectors"]
}
SECRET = "123"
BEGINNING = {"Source": "examplecom", "Id": "12345", "Mode": 3}
PRODUCTS = [
    {"Code": "1111", "Amount": 1, "Price": 100, "Description": "Product-specific info"},
    {"Code": "1212", "Price": 150, "Taxcode": "10"},
]
WHO = {"Email": "charlie.customer@example.com", "FirstName": "Charlie", "LastName": "Customer"}
WHERE = {
    "ReturnAddress": "https://www.example.com/return-path",
    "NotificationAddress": "https://www.example.com/notification-path",
}
ANSWER = {"Id": "12345", "Status": 2, "Reference": "10456"}
PAID = {
    "Id": "12345",
    "Status": "1",
    "Reference": "10456",
    "PaymentMethod": "30",
    "PaymentSum": "9000",
    "Timestamp": "202012041200",
    "PaymentDescription": "1234",
    "SubscriptionCode": "828282",
}
MESSAGES: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "request_3.0.5_new_subscription": (
        "request",
        signature.REQUEST_3,
        {
            "ApiVersion": "3.0.5",
            **BEGINNING,
            "Action": "new subscription",
            "Description": "Charlie Customer",
            "Products": PRODUCTS,
            **WHO,
            **WHERE,
            "SubscriptionPeriod": 30,
            "SubscriptionEnd": "202104302359",
        },
    ),
    "request_2.1.2_with_action": (
        "request",
        signature.REQUEST_3,
        {
            "ApiVersion": "2.1.2",
            **BEGINNING,
            "Action": "new payment",
            "Description": "Charlie Customer",
            "Products": PRODUCTS,
            **WHO,
            **WHERE,
        },
    ),
    "response_3.x_created": ("answer", signature.ANSWER_3, VECTORS["response_3.x_created"]["json"]),
    "response_without_expires": (
        "answer",
        signature.ANSWER_3,
        {**ANSWER, "Action": "new payment", "PaymentAddress": "https://www.example.com/checkout"},
    ),
    "browser_return_3.x": ("return", signature.RETURN_3, PAID),
    "notification_3.x": ("notification", signature.NOTIFICATION_3, VECTORS["notification_3.x"]["json"]),
    "return_or_notification_2.1.2_paid": (
        "short",
        signature.MESSAGE_2,
        {"Id": "abc123", "Status": "1", "Reference": "123"},
    ),
}


def test_all_the_vectors_are_here() -> None:
    assert MESSAGES.keys() == VECTORS.keys()
    assert len(VECTORS) == 7


@pytest.mark.parametrize("name", MESSAGES)
def test_vector(name: str) -> None:
    kind, order, content = MESSAGES[name]
    expected = VECTORS[name]["expected"]
    assert hashlib.sha256(VECTORS[name]["string_to_sign"].encode()).hexdigest() == expected
    assert signature.hash_of(SECRET, content, order) == expected
    assert hash_for(kind, content, SECRET) == expected
    signature.verify(SECRET, {**content, "Hash": expected.upper()}, order)


@pytest.mark.parametrize("name", MESSAGES)
def test_one_changed_value_breaks_a_vector(name: str) -> None:
    _, order, content = MESSAGES[name]
    signed = {**content, "Hash": VECTORS[name]["expected"]}
    changed = [{**signed, key: f"{value}x"} for key, value in signed.items() if not isinstance(value, list)]
    changed += [{key: value for key, value in signed.items() if key != left_out} for left_out in signed]
    for values in changed:
        with pytest.raises(signature.BadHash):
            signature.verify(SECRET, values, order)
    with pytest.raises(signature.BadHash):
        signature.verify(SECRET + "x", signed, order)


TEXTS = some.text(some.characters(codec="utf-8"), max_size=20)
ROWS = some.lists(some.fixed_dictionaries({}, optional=dict.fromkeys(signature.PRODUCT, TEXTS)), max_size=3)


@given(
    some.fixed_dictionaries(
        {}, optional={**dict.fromkeys(signature.REQUEST_3, TEXTS | some.integers()), "Products": ROWS}
    )
)
def test_the_sandbox_and_the_connector_agree(values: dict[str, Any]) -> None:
    assert signature.hash_of(SECRET, values, signature.REQUEST_3) == hash_for("request", values, SECRET)


@pytest.mark.parametrize("value", [1.5, True, None, ["1"], {"a": 1}])
def test_what_is_neither_text_nor_number_is_refused(value: object) -> None:
    with pytest.raises(signature.BadHash):
        signature.hash_of(SECRET, {"Id": value}, signature.MESSAGE_2)
    with pytest.raises(signature.BadHash):
        signature.hash_of(SECRET, {"Payments": value}, signature.NOTIFICATION_3)


def read(values: dict[str, str], *, is_version_3: bool = True) -> PaymentStatus:
    order = signature.RETURN_3 if is_version_3 else signature.MESSAGE_2
    signed = {**values, "Hash": signature.hash_of(SECRET, values, order)}
    message = message_of_url(f"https://x.example/?{urlencode(signed)}")
    return messages.read(message, account="a", secret=SECRET, is_version_3=is_version_3).status


def test_the_public_return_is_read() -> None:
    assert read(PAID) is PaymentStatus.PAID


@pytest.mark.parametrize(
    "shifted",
    [
        # The same string and so the same hash, with every value one field further.
        {"Id": "12345", "Status": "1", "Reference": "10456", "PaymentSum": "30", "Timestamp": "9000"},
        {"Id": "12345&1", "Status": "10456", "Reference": "30"},
        {"Id": "12345", "Status": "1", "Reference": "10456&30&9000"},
        {"Id": "12345", "Status": "1", "Reference": "10456", "PaymentSum": "9000"},
        {"Id": "12345", "Status": "1", "Reference": "10456"},
        {**PAID, "PaymentSum": "-1"},
        {**PAID, "PaymentSum": "1e3"},
        {**PAID, "Status": "98"},
        {**PAID, "Status": "٣"},
    ],
)
def test_a_rightly_hashed_message_of_another_form_is_refused(shifted: dict[str, str]) -> None:
    with pytest.raises(BadMessage):
        read(shifted)


def test_a_payment_in_two_parts_is_added_up() -> None:
    part = {"PaymentMethod": 64, "PaymentSum": 400, "Timestamp": "202012041200"}
    content: dict[str, Any] = {**ANSWER, "Status": 1, "Payments": [part, {**part, "PaymentMethod": 57}]}
    content["Hash"] = signature.hash_of(SECRET, content, signature.NOTIFICATION_3)
    message = IncomingMessage(method="POST", query=(), body=json.dumps(content).encode())
    said = messages.read(message, account="a", secret=SECRET, is_version_3=True)
    assert (said.amount, said.method) == (Money(800), "ePassi")
    twice = dataclasses.replace(message, body=message.body.replace(b'"Status": 1', b'"Status": 0, "Status": 1'))
    with pytest.raises(BadMessage):
        messages.read(twice, account="a", secret=SECRET, is_version_3=True)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Myöhästymismaksu", "Myöhästymismaksu"),
        ("Förkommet – 5 € ; 'bok'", "Förkommet - 5 EUR bok"),
        ("  😀 a\nb  ", "a b"),
        ("x" * 120, "x" * 99),
    ],
)
def test_texts_are_cleaned_for_the_register(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
