"""How a pasted exchange with a library system is understood, in values that a page or a command can show.

A connector whose protocol sites bend may offer an `ExchangeReader` (optional, beside the port `LibrarySystem`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from torget.foundation.core.money import Money
from torget.payments.core.ports import LibraryFee


class CheckedSum(StrEnum):
    """The checksum of a message."""

    ABSENT = "absent"
    RIGHT = "right"
    WRONG = "wrong"


class Problem(StrEnum):
    """What is missing or wrong in an exchange."""

    NO_MESSAGE = "no_message"  #: Nothing in the text is a message of the protocol.
    BROKEN_MESSAGE = "broken_message"  #: The beginning of a message whose fixed part has lost blanks.
    NO_ANSWER = "no_answer"  #: No message 64, so there is nothing to make fees of.
    WRONG_CHECKSUM = "wrong_checksum"
    LOST_LETTERS = "lost_letters"  #: Letters that the site's encoding does not know.
    UNKNOWN_CARD = "unknown_card"
    OTHER_CARD = "other_card"
    WRONG_PIN = "wrong_pin"
    NO_PIN_ANSWER = "no_pin_answer"
    NO_TOTAL = "no_total"
    UNREADABLE_AMOUNT = "unreadable_amount"
    OTHER_CURRENCY = "other_currency"
    FINES_NOT_ASKED = "fines_not_asked"
    LINES_MISSING = "lines_missing"
    LINES_UNREADABLE = "lines_unreadable"
    LINES_UNUSED = "lines_unused"
    LINE_TWICE = "line_twice"
    NO_IDENTIFIERS = "no_identifiers"
    TOTAL_DIFFERS = "total_differs"


class WayOfTelling(StrEnum):
    """How a payment would be told to this system."""

    BY_TOTAL = "by_total"  #: In one sum; the system settles its oldest fees first.
    BY_IDENTIFIER = "by_identifier"  #: A single fee by its identifier, everything by the sum; no choice.
    BY_CHOICE = "by_choice"  #: The same, and patrons choose one fee or all of them.


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    code: str
    """The protocol's own code, or the name of a fixed part."""
    value: str
    is_secret: bool = False
    """The value is left out: a PIN or a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    command: str
    parts: tuple[ShownPart, ...]
    checked_sum: CheckedSum


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A fee line as it came, and what was read out of it."""

    text: str
    groups: Mapping[str, str]
    """Empty when the line does not read as the site's setting says."""
    fitting: tuple[str, ...]
    """Names of the known settings that read this line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    problem: Problem
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    messages: tuple[ShownMessage, ...]
    lines: tuple[ShownLine, ...]
    fees: tuple[LibraryFee, ...]
    """What patrons would see."""
    credit: Money
    findings: tuple[Finding, ...]
    fitting: tuple[str, ...]
    """Known settings that read every line of the answer."""
    way: WayOfTelling


class BadSetting(ValueError):
    """A setting that cannot work; the text says why, for staff."""


class ExchangeReader(Protocol):
    def known_settings(self) -> tuple[str, ...]:
        """Names of the settings that are known without a site."""
        ...

    def setting_of(self, options: Mapping[str, Any]) -> Any:
        """The setting among the connector's options, as `explain` takes it."""
        ...

    def hide_secrets(self, text: str) -> str:
        """The same text without PINs and passwords, as it may be shown again."""
        ...

    def explain(self, text: str, *, setting: Any, fee_line: str = "") -> Explanation:
        """Read a pasted exchange; `fee_line` tries another form of fee lines. Raise BadSetting."""
        ...
