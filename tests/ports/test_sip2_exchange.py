"""A pasted 63/64 exchange, and what is said of it: fields, lines, fees, and what is missing."""

from typing import Any

import pytest

from tests.ports.sip2_world import CARD, PIN, sandbox, wire_to
from torget.connectors.library_systems.sip2.codec import checksum_of
from torget.connectors.library_systems.sip2.explain import Sip2Exchanges
from torget.payments.core.exchanges import BadSetting, CheckedSum, Explanation, Problem, WayOfTelling

QUESTION = "6300020261124    151944   Y      AOCPL|AA77|AC|AD1234|BP1|BQ20|"
HEAD = "64YYYY      YY  00020261124    151944"
ANSWER = f"{HEAD}000000000000000200000000AOCPL|AA77|AEÄiti|BLY|CQY|BHEUR|BV17.40|AV3 2.40 Sakko|AV1 15.00 Kadonnut|AFx|"


def explain(text: str, setting: Any = "koha", **more: str) -> Explanation:
    return Sip2Exchanges().explain(text, setting=setting, **more)


def problems(text: str, setting: Any = "koha") -> set[Problem]:
    return {finding.problem for finding in explain(text, setting).findings}


def test_a_whole_exchange_is_read_field_by_field() -> None:
    found = explain(f"2026-11-24 15:19:44 C> {QUESTION}\nS< {ANSWER}\\r\n")
    assert found.findings == ()
    assert [message.command for message in found.messages] == ["63", "64"]
    answer = {part.code: part.value for part in found.messages[1].parts}
    assert answer["count_fines"] == "0002"
    assert (answer["AE"], answer["BV"], answer["date"]) == ("Äiti", "17.40", "20261124    151944")
    assert [(fee.reference, fee.outstanding.cents, fee.description) for fee in found.fees] == [
        ("3", 240, "Sakko"),
        ("1", 1500, "Kadonnut"),
    ]
    assert [line.groups["id"] for line in found.lines] == ["3", "1"]
    assert found.fitting == ("koha",)
    assert found.way is WayOfTelling.BY_IDENTIFIER


def test_a_real_server_is_understood() -> None:
    with sandbox(encoding="latin-1", itemises=True) as server, wire_to(server) as wire:
        text = f"{QUESTION.replace('AA77', f'AA{CARD}')}\n{wire.patron(pin=PIN)}"
    found = explain(text, {"base": "koha", "encoding": "latin-1"})
    assert [fee.outstanding.cents for fee in found.fees] == [240, 1500, 300]
    assert found.messages[1].checked_sum is CheckedSum.RIGHT
    assert {finding.problem for finding in found.findings} == set()
    assert Problem.WRONG_CHECKSUM in problems(text, "koha")


def test_secrets_are_never_shown() -> None:
    line = "9300CNterm1|COs3cret|CPCPL|AY0AZF5F4"
    found = explain(f"{line}\n{QUESTION}\n{ANSWER}")
    assert "1234" not in repr(found.messages)
    assert "s3cret" not in repr(found.messages)
    hidden = Sip2Exchanges().hide_secrets(f"{line}\n{QUESTION}AY1AZ0000\n{ANSWER}")
    assert "s3cret" not in hidden
    assert "AD1234" not in hidden
    assert "AY" not in hidden
    assert hidden.endswith(ANSWER)


def test_a_checksum_is_counted_over_the_bytes_of_the_site() -> None:
    for encoding, other in (("latin-1", "utf-8"), ("utf-8", "latin-1")):
        data = f"{ANSWER}AY1AZ".encode(encoding)
        text = (data + checksum_of(data)).decode(encoding)
        assert explain(text, {"base": "koha", "encoding": encoding}).messages[0].checked_sum is CheckedSum.RIGHT
        assert explain(text, {"base": "koha", "encoding": other}).messages[0].checked_sum is CheckedSum.WRONG


@pytest.mark.parametrize(
    ("text", "setting", "problem"),
    [
        ("hello\nworld", "koha", Problem.NO_MESSAGE),
        (QUESTION, "koha", Problem.NO_ANSWER),
        (ANSWER.replace("      ", " "), "koha", Problem.BROKEN_MESSAGE),
        (ANSWER.replace("BLY", "BLN"), "koha", Problem.UNKNOWN_CARD),
        (f"{QUESTION.replace('AA77', 'AA78')}\n{ANSWER}", "koha", Problem.OTHER_CARD),
        (ANSWER.replace("CQY", "CQN"), "koha", Problem.WRONG_PIN),
        (ANSWER.replace("CQY|", ""), "koha", Problem.NO_PIN_ANSWER),
        (ANSWER.replace("BV17.40|", ""), "koha", Problem.NO_TOTAL),
        (ANSWER.replace("BV17.40", "BV17,40"), "koha", Problem.UNREADABLE_AMOUNT),
        (ANSWER.replace("BHEUR", "BHSEK"), "koha", Problem.OTHER_CURRENCY),
        (f"{QUESTION.replace('   Y      ', ' ' * 10)}\n{ANSWER}", "koha", Problem.FINES_NOT_ASKED),
        (ANSWER.replace("00000002", "00000025"), "koha", Problem.LINES_MISSING),
        (ANSWER, "evergreen-3m", Problem.LINES_UNREADABLE),
        (ANSWER, "total", Problem.LINES_UNUSED),
        (ANSWER.replace("AV1 ", "AV3 "), "koha", Problem.LINE_TWICE),
        (ANSWER.replace("AV3 2.40 Sakko|AV1 15.00 Kadonnut", "AVSakko 17.40"), "koha-default", Problem.NO_IDENTIFIERS),
        (ANSWER.replace("BV17.40", "BV20.00"), "koha", Problem.TOTAL_DIFFERS),
        (ANSWER, {"base": "koha", "encoding": "ascii"}, Problem.LOST_LETTERS),
    ],
)
def test_what_is_missing_is_said(text: str, setting: Any, problem: Problem) -> None:
    assert problem in problems(text, setting)


def test_folio_lines_are_barcodes_and_only_the_total_counts() -> None:
    text = ANSWER.replace("AV3 2.40 Sakko|AV1 15.00 Kadonnut", "AV00000000000003|AV00000000000001")
    found = explain(text, "folio")
    assert [fee.reference for fee in found.fees] == ["balance"]
    assert found.way is WayOfTelling.BY_TOTAL
    assert found.fitting == ()


def test_another_form_of_the_line_can_be_tried() -> None:
    text = ANSWER.replace("AV3 2.40 Sakko|AV1 15.00 Kadonnut", "AV17.40;Sakko;9")
    assert Problem.LINES_UNREADABLE in problems(text)
    (fee,) = explain(text, "koha", fee_line="{amount};{text};{id}").fees
    assert (fee.reference, fee.description) == ("9", "Sakko")
    with pytest.raises(BadSetting, match="amount"):
        explain(text, "koha", fee_line="{id}")


def test_what_is_pasted_cannot_be_too_much() -> None:
    found = explain(f"{ANSWER}\n" * 5000)
    assert len(found.messages) <= 200
