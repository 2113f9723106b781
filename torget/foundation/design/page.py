"""What a page hands to the templates of this app; any object with the same attributes, or a dict, will do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from torget.foundation.core.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose page it is: a municipality or a cooperation."""

    name: str
    home_url: str = "/"
    theme_url: str = ""
    shield: str = "design/shields/torget.svg"
    """Path of the shield among the static files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationItem:
    text: str
    url: str
    is_current: bool = False


class TagColour(StrEnum):
    """Tags always carry a text; the colour only repeats it."""

    GREY = "grey"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    text: str
    colour: TagColour = TagColour.GREY


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """One fee on the page where fees are chosen."""

    id: str
    title: str
    reason: str
    """Why the fee arose, with its dates; shown under every fee."""
    amount: Money
    is_payable: bool = True
    is_selected: bool = True
    not_payable_reason: str = ""
    """Why it cannot be paid here and what to do instead; required when is_payable is False."""
    tag: Tag | None = None
    question_url: str = ""
    """Where the patron disputes the fee or asks about it."""
    payment_url: str = ""
    """The payment in which the fee stands, when one is under way."""
    explanation: str = ""
    """A sentence or two on why such a fee arises; folded away under the fee."""

    def __post_init__(self) -> None:
        if not self.is_payable and not self.not_payable_reason:
            raise ValueError("a fee that cannot be paid needs the reason shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeGroup:
    """The fees that go to one payee."""

    id: str
    name: str
    lines: Sequence[FeeLine]
    shield: str = ""

    @property
    def selected_lines(self) -> list[FeeLine]:
        return [line for line in self.lines if line.is_payable and line.is_selected]

    @property
    def selected_total(self) -> Money:
        return sum((line.amount for line in self.selected_lines), ZERO)

    @property
    def has_payable(self) -> bool:
        return any(line.is_payable for line in self.lines)


class EventKind(StrEnum):
    DONE = "done"
    WAITING = "waiting"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    title: str
    at: datetime | date | None = None
    text: str = ""
    kind: EventKind = EventKind.DONE


class StepState(StrEnum):
    DONE = "done"
    CURRENT = "current"
    COMING = "coming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    text: str
    state: StepState = StepState.COMING
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    key: str
    value: str
    change_url: str = ""
