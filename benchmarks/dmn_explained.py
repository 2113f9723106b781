"""Why other engines differ from ours where we follow DMN 1.5; every rule is as narrow as its reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from torget_dmn.feel.durations import DaysDuration, MonthsDuration
from torget_dmn.feel.temporal import Date, DateTime, Time
from torget_dmn.feel.temporal_text import parse_at_literal

_KINDS = {Date: "date", Time: "time", DateTime: "moment", DaysDuration: "days", MonthsDuration: "months"}
_MOMENTS = {"date", "time", "moment"}
_DURATIONS = {"days", "months"}
_SCALED = re.compile(r"(floor|ceiling|decimal|round \w+( \w+)?)\(«number», «small»\)")
_RELATION = re.compile(
    r"(before|after|meets|met by|overlaps|overlaps before|overlaps after|finishes|finished by|includes|during"
    r"|starts|started by|coincides)\("
)
# A number starts with n and a date with d, as the functions that read them do.
_FORMS = {"n": re.compile(r"-?\d+(\.\d+)?\Z"), "d": re.compile(r"-?\d{4,9}-\d\d-\d\d\Z")}
_COMPARISON = re.compile(r" (=|!=|<|>=|between|in) ")
_POSITION = re.compile(r"(substring|sublist|remove|insert before|list replace)\(")


@dataclass(frozen=True, slots=True)
class Difference:
    """An expression whose parts agree and whose value does not; values are the plain ones of the comparison."""

    shape: str
    text: str
    parts: tuple[Any, ...]
    ours: Any
    theirs: Any

    @property
    def kinds(self) -> set[str]:
        """The kinds of the parts' values."""
        return {kind_of(part) for part in self.parts}

    @property
    def has_fraction(self) -> bool:
        """True when a part is a number that is not whole."""
        return any(kind_of(part) == "number" and part["number"] % 1 for part in self.parts)


def kind_of(value: Any) -> str:
    """Return what kind of value a plain value stands for."""
    if value is None:
        return "null"
    if isinstance(value, dict) and "temporal" in value:
        return _KINDS.get(type(parse_at_literal(value["temporal"])), "text")
    if isinstance(value, dict):
        return str(next(iter(value)))
    return {bool: "boolean", str: "string", list: "list"}[type(value)]


def _operator(case: Difference, operators: str) -> bool:
    return re.fullmatch(rf"\(«\w*» [{operators}] «\w*»\)", case.shape) is not None


def _close(case: Difference) -> bool:
    """Say whether two results differ by no more than one unit of the scale asked for."""
    if not (isinstance(case.ours, dict) and isinstance(case.theirs, dict) and "number" in case.ours):
        return False
    unit = 10.0 ** -int(case.parts[1]["number"])
    return bool(abs(float(case.ours["number"]) - case.theirs.get("number", 0)) <= 1.1 * unit)


Rule = tuple[str, Callable[[Difference], bool]]

FEELIN: list[Rule] = [
    (
        "durations are multiplied and divided (tables 58, 59); feelin gives null",
        lambda c: (_operator(c, "*/") and bool(c.kinds & _DURATIONS) and c.theirs is None)
        or (c.shape == "(for x in «numbers» return x * «number»)" and kind_of(c.parts[1]) in _DURATIONS),
    ),
    (
        "a duration can be negated (table 62); feelin gives null",
        lambda c: c.shape.startswith("(-") and c.kinds <= _DURATIONS and c.theirs is None,
    ),
    (
        "a date with days added is a date (table 57); feelin makes a date and time",
        lambda c: _operator(c, "+-") and c.kinds == {"date", "days"} and kind_of(c.theirs) == "moment",
    ),
    (
        "a time has no months (table 57); feelin ignores them",
        lambda c: _operator(c, "+-") and c.kinds == {"time", "months"} and c.ours is None,
    ),
    (
        "a local time has no distance to one with an offset, nor a time to a date (table 57); feelin reads clocks",
        lambda c: _operator(c, "-") and c.kinds <= _MOMENTS and c.ours is None and kind_of(c.theirs) == "days",
    ),
    (
        "a date is midnight UTC where it meets a moment (10.3.2.3.5); feelin takes the moment's own offset",
        lambda c: _operator(c, "-") and c.kinds == {"date", "moment"} and kind_of(c.ours) == "days",
    ),
    (
        "moments are compared on the time line (10.3.2.3.6); feelin subtracts clock readings",
        lambda c: _operator(c, "-") and len(c.kinds) == 1 and c.kinds <= _MOMENTS and kind_of(c.ours) == "days",
    ),
    (
        "min and max take all that can be ordered (table 75); feelin takes numbers and strings",
        lambda c: c.shape.startswith(("min(", "max(")) and c.theirs is None,
    ),
    (
        "years and months have no days (10.3.2.3.8); feelin keeps them",
        lambda c: c.shape.startswith("years and months") and kind_of(c.theirs) in {"text", "months"},
    ),
    (
        "all relations of ranges (table 78); feelin has some of them",
        lambda c: _RELATION.match(c.shape) is not None and type(c.ours) is bool and c.theirs is None,
    ),
    (
        "points of different kinds have no order; feelin says false",
        lambda c: _RELATION.match(c.shape) is not None and c.ours is None and type(c.theirs) is bool,
    ),
    (
        "positions are whole, not zero and inside (tables 74, 75); feelin cuts, wraps or appends",
        lambda c: _POSITION.match(c.shape) is not None and c.ours is None,
    ),
    (
        "position -2 is the last but one (table 75); feelin counts from behind it",
        lambda c: c.shape.startswith(("insert before", "remove", "list replace")) and c.parts[1]["number"] < 0,
    ),
    (
        "substring counts characters, not halves of them (table 74), and cuts a position to a whole one",
        lambda c: c.shape.startswith("substring(") and (c.has_fraction or "\U0001f40e" in c.parts[0]),
    ),
    (
        "of a date and a time only the seconds have fractions (tables 65, 72); feelin cuts them all",
        lambda c: c.shape.startswith(("time(", "date(")) and c.has_fraction,
    ),
    (
        "numbers are decimal (10.3.2.3.1); feelin rounds binary fractions, or with a scale of 2.5",
        lambda c: _SCALED.match(c.shape) is not None and _close(c),
    ),
    ("what is no list is filtered as a list of one (table 68)", lambda c: c.shape == "«any»[true]"),
    ("a condition is true, false or a number (table 68)", lambda c: c.ours is None and c.theirs == []),
    (
        "a list of one is its item where an argument is no list (10.3.2.9.4)",
        lambda c: c.theirs is None and any(isinstance(part, list) and len(part) == 1 for part in c.parts),
    ),
    ("a list is in a list that it equals", lambda c: c.shape == "(«number» in «numbers»)" and c.kinds == {"list"}),
    ("a filter of nothing is nothing (table 68); feelin gives null", lambda c: c.ours == [] and c.theirs is None),
    (
        "keys are strings, and only contexts are changed inside (table 81); feelin converts",
        lambda c: c.shape.startswith(("context put(", "context([")) and c.ours is None,
    ),
    (
        "modes and the median are found among numbers in order (table 75); feelin sorts them as text or not at all",
        lambda c: c.shape in ("mode(«numbers»)", "median(«numbers»)", "sort(«numbers», function(x, y) x < y)"),
    ),
    ("'is' is never null (10.3.2.2)", lambda c: c.shape.startswith("is(") and c.ours is False and c.theirs is None),
    (
        "a loop goes up or down and may start or end at 0 (10.3.2.14); feelin gives null",
        lambda c: c.shape.startswith("(for x in «whole»..") and c.theirs is None,
    ),
    (
        "text has 34 digits, and strings inside are quoted so that they can be read back; feelin writes floats",
        lambda c: c.shape.startswith("string(") and (c.kinds <= {"number", "list", "context"} or c.theirs == "NaN"),
    ),
    ("odd and even ask whole numbers; feelin rounds", lambda c: c.shape.startswith(("odd(", "even("))),
    (
        "different kinds are not compared, and null makes unknown (tables 50 to 55); feelin says true or false",
        lambda c: (_COMPARISON.search(c.shape) is not None or c.shape.startswith(("(some", "(every")))
        and c.ours is None
        and type(c.theirs) is bool,
    ),
    (
        "between and in are two comparisons (table 55); feelin swaps the ends or takes null for an open one",
        lambda c: (" between " in c.shape or ".." in c.shape) and c.ours is False,
    ),
    ("lists of different length differ (table 53); feelin gives null", lambda c: "«list» " in c.shape),
    (
        "split is the pattern's own (XPath 7.6): groups are not pieces, and nothing has none",
        lambda c: c.shape.startswith("split(") and (c.parts[0] == "" or "(" in c.parts[1]),
    ),
    (
        "only true and false choose (boxed conditional, 10.2.2.7); feelin takes what JavaScript takes for true",
        lambda c: c.shape.startswith("(if ") and c.ours is None and kind_of(c.parts[0]) not in {"boolean", "null"},
    ),
    (
        "an argument of another type makes a call null (10.3.2.13.2); feelin passes it on",
        lambda c: c.shape.startswith(("(function(x: number)", "date and time(", "concatenate(")) and c.ours is None,
    ),
    (
        "null is of no type but Null (table 61), and differs from false (table 49)",
        lambda c: None in c.parts and c.ours is False and ("instance of" in c.shape or " = " in c.shape),
    ),
    (
        "what is filtered by a comparison that is null is left out (10.3.2.5); feelin compares across kinds",
        lambda c: "[a > «number»]" in c.shape or "[item > «number»]" in c.shape,
    ),
    (
        "dates and numbers have one form (table 72)",
        lambda c: (
            c.shape.startswith(("date", "number"))
            and c.ours is None
            and _FORMS[c.shape[0]].match(str(c.parts[0])) is None
        ),
    ),
    (
        "a member of a list is the list of members, however deep (10.3.1.4); feelin looks one level down",
        lambda c: c.shape.startswith("[«context», «context»].a"),
    ),
    ("a date is midnight UTC (10.3.2.3.5), also for its offset", lambda c: c.shape == "«time».time offset"),
]  # fmt: skip


def _near(case: Difference) -> bool:
    """Say whether two numbers agree to twenty-four digits."""
    if kind_of(case.ours) != "number" or kind_of(case.theirs) != "number":
        return False
    mine, other = case.ours["number"], Decimal(case.theirs["number"])
    return other.is_finite() and abs(mine - other) <= Decimal("1e-24") * max(abs(mine), Decimal(1))


def _has_long_number(case: Difference) -> bool:
    return any(kind_of(part) == "number" and abs(part["number"]) > 10**24 for part in case.parts)


def _is_zero(value: Any) -> bool:
    return kind_of(value) in _DURATIONS and value["temporal"] in {"P0M", "PT0S"}


JDMN: list[Rule] = [
    ("numbers have 34 digits (10.3.2.3.1); jDMN's functions have Python's 28", _near),
    (
        "numbers have 34 digits (10.3.2.3.1), also in remainders; jDMN fails or rounds on long ones",
        lambda c: _has_long_number(c) and (c.theirs is None or c.shape.startswith("modulo")),
    ),
    ("a duration of nothing keeps its kind; jDMN has one zero", lambda c: _is_zero(c.ours) and _is_zero(c.theirs)),
    (
        "positions are whole, not zero and inside (tables 74, 75); jDMN cuts or leaves the list as it is",
        lambda c: _POSITION.match(c.shape) is not None and c.ours is None,
    ),
    (
        "a local time has no offset of its own (table 54); jDMN takes it as UTC, and -05:30 as +18:30",
        lambda c: _COMPARISON.search(c.shape) is not None and c.kinds <= _MOMENTS and type(c.theirs) is bool,
    ),
    (
        "a duration may be less than a second; jDMN loses what is",
        lambda c: _operator(c, "/") and kind_of(c.ours) == "days" and c.theirs is None,
    ),
    (
        "a range of one point without it is empty (table 55); jDMN's holds the point",
        lambda c: _RELATION.match(c.shape) is not None and re.search(r"[\[(](\d)\.\.\1[\])]", c.text) is not None,
    ),
    (
        "a local time has no distance to one with an offset (table 57); jDMN takes it as UTC, and -05:30 as +18:30",
        lambda c: _operator(c, "-") and c.kinds == {"time"} and kind_of(c.theirs) == "days",
    ),
    (
        "a month is whole when its day has come (table 72); jDMN takes 29 February for the 31st",
        lambda c: c.shape.startswith("years and months"),
    ),
    ("null has no order (table 54)", lambda c: c.kinds == {"null"} and c.ours is None),
    (
        "0 ** 0 is 1, and a quotient may be longer than 28 digits",
        lambda c: c.theirs is None and c.shape.startswith(("(«» **", "modulo")),
    ),
    ("there is no infinity (10.3.2.3.1)", lambda c: c.ours is None and "Infinity" in str(c.theirs)),
    ("small numbers are written out", lambda c: c.shape == "string(«»)"),
]


def explain(case: Difference, rules: list[Rule]) -> str | None:
    """Return the reason of a difference, or None when it has none."""
    return next((reason for reason, holds in rules if holds(case)), None)
