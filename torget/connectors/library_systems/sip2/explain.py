"""A pasted 63/64 exchange as this connector understands it: every field, the fee lines, and the fees they become."""

import re
from collections.abc import Mapping
from typing import Any, Final

from torget.connectors.library_systems.sip2.codec import (
    FIXED_LENGTHS,
    Checksum,
    MalformedFrame,
    Message,
    Received,
    decode,
)
from torget.connectors.library_systems.sip2.dialect import DIALECTS, Sip2Dialect, read_dialect
from torget.connectors.library_systems.sip2.fees import (
    AmountUnreadable,
    LineTwice,
    LineUnreadable,
    OpenAccount,
    UnreadableFees,
    read_account,
)
from torget.connectors.library_systems.sip2.pasted import find_messages, hide_secrets
from torget.foundation.core.money import ZERO, total
from torget.payments.core.exchanges import (
    BadSetting,
    CheckedSum,
    Explanation,
    Finding,
    Problem,
    ShownLine,
    ShownMessage,
    ShownPart,
    WayOfTelling,
)

_SECRET: Final = frozenset({"AD", "AC", "CO"})
_DATE: Final = (("date", 18),)
_LANGUAGE: Final = (("language", 3),)
_COUNTS: Final = tuple((f"count_{name}", 4) for name in ("holds", "overdue", "charged", "fines", "recalls", "waiting"))
# The fixed parts of the messages, in the order of the wire.
_FIXED_PARTS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "23": (*_LANGUAGE, *_DATE),
    "24": (("patron_status", 14), *_LANGUAGE, *_DATE),
    "37": (*_DATE, ("fee_type", 2), ("payment_type", 2), ("currency", 3)),
    "38": (("accepted", 1), *_DATE),
    "63": (*_LANGUAGE, *_DATE, ("summary", 10)),
    "64": (("patron_status", 14), *_LANGUAGE, *_DATE, *_COUNTS),
    "98": (("abilities", 6), ("timeouts", 6), *_DATE, ("version", 4)),
    "99": (("status", 1), ("width", 3), ("version", 4)),
}
_FINES_ASKED, _FINES_COUNTED = slice(24, 25), slice(47, 51)
_CHECKED: Final = {
    Checksum.ABSENT: CheckedSum.ABSENT,
    Checksum.RIGHT: CheckedSum.RIGHT,
    Checksum.WRONG: CheckedSum.WRONG,
}


class Sip2Exchanges:
    """The ExchangeReader of SIP2; a setting is a dialect as the configuration writes it."""

    def known_settings(self) -> tuple[str, ...]:
        return tuple(DIALECTS)

    def setting_of(self, options: Mapping[str, Any]) -> Any:
        return options.get("dialect", "total")

    def hide_secrets(self, text: str) -> str:
        return hide_secrets(text)

    def explain(self, text: str, *, setting: Any, fee_line: str = "") -> Explanation:
        try:
            dialect = read_dialect(setting)
            if fee_line.strip():
                described = {"base": setting} if isinstance(setting, str) else dict(setting)
                dialect = read_dialect({**described, "fee_line": fee_line})
        except (ValueError, LookupError) as error:
            raise BadSetting(str(error)) from None
        received: list[Received] = []
        findings: list[Finding] = []
        for found, is_whole in find_messages(text):
            message = _read(found, dialect) if is_whole else None
            if message is None:
                findings.append(Finding(problem=Problem.BROKEN_MESSAGE, detail=found[:2]))
            else:
                received.append(message)
                if message.checksum is Checksum.WRONG:
                    findings.append(Finding(problem=Problem.WRONG_CHECKSUM, detail=message.message.command))
                if _loses_letters(found, dialect):
                    findings.append(Finding(problem=Problem.LOST_LETTERS, detail=message.message.command))
        messages = [one.message for one in received]
        answer = next((one for one in reversed(messages) if one.command in {"64", "24"}), None)
        if not messages and not findings:
            findings.append(Finding(problem=Problem.NO_MESSAGE))
        elif answer is None:
            findings.append(Finding(problem=Problem.NO_ANSWER))
        lines = _shown_lines(answer, dialect)
        account, misread = _account(answer, dialect)
        if answer is not None:
            findings += [*misread, *_judge_answer(answer, messages, dialect, account)]
        return Explanation(
            messages=tuple(_shown_message(one) for one in received),
            lines=lines,
            fees=account.fees if account else (),
            credit=account.credit if account else ZERO,
            findings=tuple(findings),
            fitting=tuple(name for name in DIALECTS if lines and all(name in line.fitting for line in lines)),
            way=_way(dialect),
        )


def _read(frame: str, dialect: Sip2Dialect) -> Received | None:
    try:
        return decode(frame.encode(dialect.encoding, "replace"), encoding=dialect.encoding)
    except MalformedFrame:
        return None


def _loses_letters(frame: str, dialect: Sip2Dialect) -> bool:
    return frame.encode(dialect.encoding, "ignore").decode(dialect.encoding, "ignore") != frame or "\ufffd" in frame


def _way(dialect: Sip2Dialect) -> WayOfTelling:
    if dialect.offers_choice:
        return WayOfTelling.BY_CHOICE
    return WayOfTelling.BY_IDENTIFIER if dialect.sends_fee_identifier else WayOfTelling.BY_TOTAL


def _shown_message(received: Received) -> ShownMessage:
    message = received.message
    parts = [ShownPart(code=name, value=value) for name, value in _fixed_parts(message)]
    parts += [
        ShownPart(code=code, value="" if code in _SECRET else value, is_secret=code in _SECRET and bool(value))
        for code, value in message.fields
        if code != "AV"
    ]
    return ShownMessage(command=message.command, parts=tuple(parts), checked_sum=_CHECKED[received.checksum])


def _fixed_parts(message: Message) -> list[tuple[str, str]]:
    widths = _FIXED_PARTS.get(message.command, (("fixed", FIXED_LENGTHS[message.command]),))
    if message.command == "38" and message.fixed[:1].isdigit():
        widths = tuple(reversed(widths))
    parts, start = [], 0
    for name, width in widths:
        parts.append((name, message.fixed[start : start + width]))
        start += width
    return parts


def _shown_lines(answer: Message | None, dialect: Sip2Dialect) -> tuple[ShownLine, ...]:
    texts = [text for text in (answer.get_all("AV") if answer else ()) if text.strip()]
    return tuple(
        ShownLine(
            text=text,
            groups=_groups(text, dialect.fee_pattern),
            fitting=tuple(name for name, known in DIALECTS.items() if _groups(text, known.fee_pattern)),
        )
        for text in texts
    )


def _groups(text: str, pattern: re.Pattern[str] | None) -> dict[str, str]:
    found = pattern.fullmatch(text.strip()) if pattern else None
    return {name: value for name, value in found.groupdict().items() if value} if found else {}


def _account(answer: Message | None, dialect: Sip2Dialect) -> tuple[OpenAccount | None, list[Finding]]:
    if answer is None:
        return None, []
    try:
        return read_account(answer, dialect), []
    except LineUnreadable:
        unread = sum(not _groups(text, dialect.fee_pattern) for text in answer.get_all("AV") if text.strip())
        return None, [Finding(problem=Problem.LINES_UNREADABLE, detail=str(unread))]
    except LineTwice:
        return None, [Finding(problem=Problem.LINE_TWICE)]
    except AmountUnreadable:
        return None, [Finding(problem=Problem.UNREADABLE_AMOUNT)]
    except UnreadableFees:
        return None, [Finding(problem=Problem.LINES_UNREADABLE)]


def _judge_answer(
    answer: Message, messages: list[Message], dialect: Sip2Dialect, account: OpenAccount | None
) -> list[Finding]:
    """What a site has to put right, or to know, before patrons pay."""
    asked = next((one for one in reversed(messages) if one.command in {"63", "23"}), None)
    lines = [text for text in answer.get_all("AV") if text.strip()]
    counted = answer.fixed[_FINES_COUNTED].strip() if answer.command == "64" else ""
    currency = answer.get("BH")
    asked_card, card = (asked.get("AA") if asked else None) or "", answer.get("AA") or ""
    itemised = total([fee.outstanding for fee in account.fees if fee.reference != "balance"]) if account else ZERO
    without_identifier = [text for text in lines if not _groups(text, dialect.fee_pattern).get("id")]
    checks: tuple[tuple[Problem, bool, str], ...] = (
        (Problem.UNKNOWN_CARD, answer.get("BL") == "N", ""),
        (Problem.OTHER_CARD, bool(asked_card and card) and asked_card.casefold() != card.casefold(), ""),
        (Problem.WRONG_PIN, answer.get("BL") != "N" and answer.get("CQ") == "N", ""),
        (Problem.NO_PIN_ANSWER, answer.get("BL") != "N" and answer.get("CQ") not in {"Y", "N"}, ""),
        (Problem.NO_TOTAL, not (answer.get("BV") or "").strip(), ""),
        (Problem.OTHER_CURRENCY, bool(currency) and currency != dialect.currency, currency or ""),
        (
            Problem.FINES_NOT_ASKED,
            asked is not None and asked.command == "63" and asked.fixed[_FINES_ASKED] != "Y",
            "",
        ),
        (Problem.LINES_MISSING, counted.isdigit() and int(counted) > len(lines), f"{counted.lstrip('0')}/{len(lines)}"),
        (Problem.LINES_UNUSED, bool(lines) and dialect.fee_pattern is None, str(len(lines))),
        (
            Problem.NO_IDENTIFIERS,
            bool(account and lines) and dialect.fee_pattern is not None and bool(without_identifier),
            str(len(without_identifier)),
        ),
        (
            Problem.TOTAL_DIFFERS,
            account is not None and bool(lines) and dialect.fee_pattern is not None and account.balance != itemised,
            f"{account.balance}/{itemised}" if account else "",
        ),
    )
    return [Finding(problem=problem, detail=detail) for problem, is_so, detail in checks if is_so]
