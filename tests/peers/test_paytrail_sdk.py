"""Paytrail's own SDK for Node, unchanged, as a shop against our sandbox, and as a judge of our signatures.

It is installed into .cache/paytrail-sdk from the pinned files in paytrail_sdk/. Three things of it stand in the way:
- Its nonce is the MD5 of the millisecond, so two requests in one millisecond are a replay; shop.js waits in between.
- Its validator signs every key that it is given, so only `checkout-*` may be handed to it.
- Its validator signs bodies as JSON.stringify writes them, so it can judge no CSV report.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.peers.node import node
from torget.connectors.payment_providers.paytrail.messages import verified_parameters
from torget.connectors.payment_providers.paytrail.signature import PREFIX, sign, verify
from torget.payments.core.ports import BadMessage
from torget.sandbox.paytrail.books import books
from torget.sandbox.paytrail.hostile import HOSTILE
from torget.sandbox.paytrail.sandbox import PaytrailSandbox
from torget.sandbox.paytrail.signing import signature_of
from torget.sandbox.server import serving

HERE = Path(__file__).parent / "paytrail_sdk"
NOON = 1_795_514_400.0
"""2026-11-24 12:00 in Helsinki, far from midnight, so that everything falls into one settlement."""
CASES = 600
# Rightly signed by whoever holds the secret; what is wrong with them is for the shop to compare.
RIGHTLY_SIGNED = {
    *("extra_signed", "extra_unsigned", "reordered", "other_algorithm", "other_merchant"),
    *("signed_other_amount", "signed_other_currency", "signed_other_stamp", "unknown_status", "replay"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PaytrailSandbox]:
    with PaytrailSandbox(is_http_allowed=True, start_at=NOON, seed=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def seen(sandbox: PaytrailSandbox) -> dict[str, Any]:
    """What the SDK's shop saw on its round through the sandbox."""
    with serving(sandbox) as address:
        found: dict[str, Any] = node(HERE, "shop.js", address, json.dumps(sorted(HOSTILE)))
    return found


def _says(message: dict[str, Any], status: str, amount: int) -> bool:
    return (message["isValid"], message["status"], message["amount"]) == (True, status, str(amount))


def test_a_payment_from_creation_to_two_part_refunds(seen: dict[str, Any]) -> None:
    parts = seen["parts"]
    assert parts["page"] == {"page": 200, "pressed": 303}
    assert [parts[step]["data"]["status"] for step in ("before", "paid", "part", "rest")] == ["new", "ok", "ok", "ok"]
    assert _says(parts["returned"], "ok", 1540)
    assert _says(parts["callback"], "ok", 1540)
    assert _says(parts["partCallback"], "ok", 540)
    assert _says(parts["restCallback"], "ok", 1000)
    assert parts["tooMuch"]["status"] == 400


def test_a_payment_paid_back_whole(seen: dict[str, Any]) -> None:
    assert seen["all"]["paid"]["data"]["provider"] == "creditcard"
    assert seen["all"]["refunded"]["data"]["status"] == "ok"
    assert _says(seen["all"]["callback"], "ok", 255)


def test_a_cancelled_payment(seen: dict[str, Any]) -> None:
    assert _says(seen["cancel"]["returned"], "fail", 100)
    assert _says(seen["cancel"]["callback"], "fail", 100)
    assert seen["cancel"]["after"]["data"]["status"] == "fail"


def test_a_payment_for_two_municipalities_is_paid_back_by_its_items(seen: dict[str, Any]) -> None:
    assert _says(seen["sis"]["callback"], "ok", 1000)
    assert seen["sis"]["refunded"]["data"]["status"] == "ok"
    assert _says(seen["sis"]["refundCallback"], "ok", 300)


def test_the_sandbox_refuses_what_the_api_refuses(seen: dict[str, Any]) -> None:
    refusals = {name: answer["status"] for name, answer in seen["refusals"].items()}
    assert refusals == {"wrongSecret": 401, "repeatedStamp": 400, "unknown": 404}


def test_every_answer_of_the_api_is_rightly_signed(seen: dict[str, Any]) -> None:
    assert len(seen["answers"]) >= 15
    assert all(seen["answers"])


def test_the_other_algorithm(seen: dict[str, Any]) -> None:
    assert seen["sha512"]["callback"]["algorithm"] == "sha512"
    assert _says(seen["sha512"]["callback"], "ok", 100)


def _connector_believes(search: str) -> bool:
    pairs = parse_qsl(search.removeprefix("?"), keep_blank_values=True)
    account = dict(pairs)["checkout-account"]
    secret = {"375917": "SAIPPUAKAUPPIAS", "695861": "MONISAIPPUAKAUPPIAS"}[account]
    try:
        verified_parameters(pairs, account=account, secret=secret)
    except BadMessage:
        return False
    return True


def test_the_sdk_and_our_connector_judge_hostile_messages_alike(seen: dict[str, Any], sandbox: PaytrailSandbox) -> None:
    names = {
        row["url"].partition("?")[2]: row["label"].removeprefix("ok").strip() for row in sandbox.outbox.everything()
    }
    judged = {names[message["search"][1:]]: message for message in seen["hostile"]}
    assert judged.keys() >= HOSTILE.keys() - {"replay"}
    for name, message in judged.items():
        ours = _connector_believes(message["search"])
        if name == "duplicate_key":
            # Here they differ: of a repeated key the SDK's caller keeps the last value, and we refuse the message.
            assert (message["isValid"], ours) == (True, False)
        else:
            assert (name, message["isValid"]) == (name, ours) == (name, name in RIGHTLY_SIGNED | {""})


def test_the_sandbox_has_in_its_books_what_the_sdk_was_told(seen: dict[str, Any], sandbox: PaytrailSandbox) -> None:
    found = {payment["stamp"]: payment for payment in books(sandbox.state)["payments"]}
    assert found["peer-parts"]["transactionId"] == seen["parts"]["created"]["data"]["transactionId"]
    assert {stamp: (payment["status"], payment["refunded"]) for stamp, payment in found.items()} == {
        "peer-parts": ("ok", 1540),
        "peer-all": ("ok", 255),
        "peer-cancel": ("fail", 0),
        "peer-sis": ("ok", 300),
        "peer-hostile": ("ok", 0),
        "peer-sha512": ("ok", 0),
    }


def test_settlements_and_reports(seen: dict[str, Any]) -> None:
    money = seen["money"]
    (settlement,) = money["listed"]["data"]
    assert {row["settlementReference"] for row in money["rows"]} == {settlement["settlementReference"]}
    assert sorted(row["amount"] for row in money["rows"]) == [-10, -5.4, -2.55, 1, 1, 2.55, 15.4]
    assert [row["amount"] for row in money["shopRows"]] == [7]
    assert money["isValid"]
    assert not money["csvIsValid"], "the SDK can judge a CSV report now: say so above"


# ── Signatures ───────────────────────────────────────────────────────────────────────────────────────────────────────

_LETTERS = "abcXYZ019 åäöÅÄÖéß€–“”:=&|;/\\'\"%+,<>{}[]   \u00a0\u200b漢字Ωж🙂📚👩‍👧"
_NAME_LETTERS = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_.-"


def _text(dice: random.Random, longest: int = 30) -> str:
    return "".join(dice.choices(_LETTERS, k=dice.randrange(longest + 1)))


def _body(dice: random.Random, depth: int = 0) -> Any:
    """Anything JSON, but numbers that two languages write differently (25.0) and keys that Node sorts (figures)."""
    kind = dice.randrange(7 if depth < 3 else 5)
    if kind < 5:
        return (_text(dice, 60), dice.randrange(-(2**40), 2**40), dice.randrange(1, 999) + 0.5, None, True)[kind]
    if kind == 5:
        return [_body(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {f"k{_text(dice, 8)}": _body(dice, depth + 1) for _ in range(dice.randrange(5))}


def _case(dice: random.Random) -> dict[str, Any]:
    names = {PREFIX + "".join(dice.choices(_NAME_LETTERS, k=dice.randrange(1, 12))) for _ in range(dice.randrange(12))}
    pairs = [(name, _text(dice)) for name in [*names, f"{PREFIX}account", f"{PREFIX}algorithm"]]
    dice.shuffle(pairs)
    return {
        "secret": _text(dice) or "SAIPPUAKAUPPIAS",
        "parameters": list(dict(pairs).items()),
        "body": None if dice.random() < 0.3 else {"stamp": _text(dice), "more": _body(dice)},
        "algorithm": dice.choice(("sha256", "sha512")),
    }


def test_random_inputs_are_signed_alike_by_the_sdk_and_by_us() -> None:
    dice = random.Random(1)
    cases = [_case(dice) for _ in range(CASES)]
    cases.append({"secret": "s", "parameters": [], "body": None, "algorithm": "sha256"})
    cases.append({"secret": "s", "parameters": [("checkout-x", "")], "body": {}, "algorithm": "sha512"})
    signed = node(HERE, "signatures.js", given=json.dumps(cases))
    assert len({row["signature"] for row in signed}) == len(cases)
    for case, theirs in zip(cases, signed, strict=True):
        parameters, algorithm = dict(case["parameters"]), case["algorithm"]
        body = (
            b""
            if case["body"] is None
            else json.dumps(case["body"], ensure_ascii=False, separators=(",", ":")).encode()
        )
        assert body == theirs["body"].encode(), case
        unsigned = {**parameters, "platform-name": "torget", "content-type": "application/json"}
        assert sign(case["secret"], unsigned, body, algorithm=algorithm) == theirs["signature"], case


def test_a_signature_of_the_sdk_verifies_here_and_in_the_sandbox() -> None:
    parameters = {"checkout-account": "375917", "checkout-algorithm": "sha512", "checkout-reference": "Övre 📚 = 5 €"}
    case = {
        "secret": "käyttäjän salaisuus",
        "parameters": list(parameters.items()),
        "body": None,
        "algorithm": "sha512",
    }
    (theirs,) = node(HERE, "signatures.js", given=json.dumps([case]))
    verify("käyttäjän salaisuus", {**parameters, "signature": theirs["signature"]})
    assert signature_of("käyttäjän salaisuus", parameters) == theirs["signature"]
