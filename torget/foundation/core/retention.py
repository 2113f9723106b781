"""How long what is kept: a policy as data, its legal floors, and the moment before which a rule's rows are due."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import Language, LocalisedText


class BadPolicy(ValueError):
    """The policy cannot be followed; the message says which rule and why."""


class Handling(StrEnum):
    REMOVE = "remove"  #: The rows go.
    PSEUDONYMISE = "pseudonymise"  #: The rows stay, without what says who it was or what they read.
    KEEP = "keep"  #: Nothing goes by itself.


class Unit(StrEnum):
    DAYS = "days"
    YEARS = "years"
    YEAR_ENDS = "year_ends"  #: Whole calendar years after the one in which it happened.


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    number: int
    unit: Unit

    def before(self, now: datetime) -> datetime:
        """What happened before this moment has outlived the period."""
        local = now.astimezone(HELSINKI)
        if self.unit is Unit.DAYS:
            return now - timedelta(days=self.number)
        if self.unit is Unit.YEAR_ENDS:
            return datetime(local.year - self.number, 1, 1, tzinfo=HELSINKI)
        # 29 February of a leap year counts as the day before March.
        day = 28 if (local.month, local.day) == (2, 29) else local.day
        return local.replace(year=local.year - self.number, day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    code: str
    what: LocalisedText
    counted_from: LocalisedText
    basis: LocalisedText
    handling: Handling
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """How a part of Torget carries a rule out: which rows are due, and what is done with some of them.

    `due` selects a column `id` of the rows that are due at %(before)s; `do` takes %(ids)s and leaves none of them due.
    """

    rule: str
    due: str
    do: str


FLOORS: Mapping[str, Period] = {
    # Kirjanpitolaki 1336/1997, 2:10 §, for municipalities by kuntalaki 112 §.
    "vouchers": Period(number=6, unit=Unit.YEAR_ENDS),
    "settlement_files": Period(number=6, unit=Unit.YEAR_ENDS),
    "books": Period(number=10, unit=Unit.YEAR_ENDS),
    # A provider that took money is asked for a week; until then nothing of the checkout may go.
    "abandoned_checkouts": Period(number=14, unit=Unit.DAYS),
    # The out-box is how a receipt is known to have been queued; those of the last week are looked for in it.
    "notices": Period(number=14, unit=Unit.DAYS),
}
"""No policy may keep for less."""


def _is_shorter(period: Period, floor: Period) -> bool:
    """In the worst case: a year's end may come the day after."""
    if period.unit is floor.unit:
        return period.number < floor.number
    days = {Unit.DAYS: 1, Unit.YEARS: 365, Unit.YEAR_ENDS: 365}
    return period.number * days[period.unit] < (floor.number + (floor.unit is Unit.YEAR_ENDS)) * days[floor.unit]


def _texts(code: str, name: str, row: Mapping[str, Any]) -> LocalisedText:
    texts = row.get(name)
    if not isinstance(texts, dict) or not all(texts.get(language) for language in Language):
        raise BadPolicy(f"{code}: {name} must be there in sv, fi and en")
    return {str(language): str(texts[language]) for language in Language}


def _period(code: str, row: Mapping[str, Any]) -> Period:
    keep = row.get("keep")
    if not isinstance(keep, dict) or len(keep) != 1:
        raise BadPolicy(f"{code}: keep must name one period, such as {{'days': 30}}")
    ((unit, number),) = keep.items()
    if unit not in set(Unit) or not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 1000:
        raise BadPolicy(f"{code}: keep must be a whole number of {', '.join(Unit)}")
    return Period(number=number, unit=Unit(unit))


def read_policy(text: str, acts: Iterable[Act]) -> tuple[Rule, ...]:
    """The rules in the file's order. Raise BadPolicy.

    Every act has its rule and every rule that removes or pseudonymises has an act, so that neither is a dead letter.
    """
    try:
        rows = json.loads(text)["rules"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadPolicy("the policy must be JSON with a list of rules") from error
    rules = tuple(_rule(row) for row in rows)
    codes = [rule.code for rule in rules]
    carried_out = {act.rule for act in acts}
    if len(set(codes)) != len(codes):
        raise BadPolicy("a rule stands twice")
    for rule in rules:
        if (rule.handling is Handling.KEEP) == (rule.code in carried_out):
            raise BadPolicy(f"{rule.code}: {rule.handling} and what the program can do do not fit")
    missing = sorted((carried_out | FLOORS.keys()) - set(codes))
    if missing:
        raise BadPolicy(f"no rule for {', '.join(missing)}")
    return rules


def _rule(row: Mapping[str, Any]) -> Rule:
    code = str(row.get("code", ""))
    if row.get("handling") not in set(Handling):
        raise BadPolicy(f"{code}: handling must be one of {', '.join(Handling)}")
    rule = Rule(
        code=code,
        what=_texts(code, "what", row),
        counted_from=_texts(code, "counted_from", row),
        basis=_texts(code, "basis", row),
        handling=Handling(row["handling"]),
        period=_period(code, row),
    )
    floor = FLOORS.get(code)
    if floor is not None and _is_shorter(rule.period, floor):
        raise BadPolicy(f"{code}: at least {floor.number} {floor.unit}")
    return rule
