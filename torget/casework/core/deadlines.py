"""When a person is deemed to have been told, and until when they may ask for rectification: dated parameters.

Facts: decisions §2.4. A letter is deemed received on the seventh day, an ordinary electronic notice on the third; a
change of the law is a new row here, not new code.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from torget.casework.core.acts import Remedy
from torget.foundation.core.business_days import last_day_of_period


class NoticeChannel(StrEnum):
    ELECTRONIC = "electronic"  #: 13/2003, 19 §, with consent
    LETTER = "letter"  #: 434/2003, 59 §
    DESK = "desk"  #: handed over


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRules:
    valid_from: date
    days: dict[NoticeChannel, int]
    remedy_days: dict[Remedy, int]
    source: str


RULES: tuple[NoticeRules, ...] = (
    NoticeRules(
        valid_from=date(2017, 6, 1),
        days={NoticeChannel.ELECTRONIC: 3, NoticeChannel.LETTER: 7, NoticeChannel.DESK: 0},
        remedy_days={Remedy.RECTIFICATION: 14, Remedy.APPEAL: 30},
        source="434/2003 59 §, 13/2003 19 §, 410/2015 134 ja 135 §",
    ),
)


def rules_on(day: date) -> NoticeRules:
    return max((rules for rules in RULES if rules.valid_from <= day), key=lambda rules: rules.valid_from)


def deemed_received(sent_on: date, channel: NoticeChannel) -> date:
    return sent_on + timedelta(days=rules_on(sent_on).days[channel])


def last_day_to_appeal(sent_on: date, channel: NoticeChannel, remedy: Remedy) -> date | None:
    """None when there is nothing to ask for."""
    days = rules_on(sent_on).remedy_days.get(remedy)
    return None if days is None else last_day_of_period(deemed_received(sent_on, channel), days)
