"""Run inside the peers' environment: calls functions and operators of jDMN's Python runtime with generated values."""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
from decimal import Decimal
from typing import Any

from isodate import Duration
from jdmn.feel.lib.DefaultStandardFEELLib import DefaultStandardFEELLib
from jdmn.runtime.Range import Range

NUMBERS = [
    "0", "1", "-1", "2.5", "-2.5", "3", "10.1", "-10.1", "4.5", "100", "0.005", "1234567890123456789012345678901234",
    "0.3333333333333333333333333333333333", "-9.999999999999999999999999999999999", "1e-20", "123456789.123456789",
]  # fmt: skip
TEXTS = ["", "a", "abc", "foobar", "Åland", "b", "oo", "a,b"]
PATTERNS = ["o+", "[a-c]", "^foo", "b|r", "(o)(b)?", ","]
DAYS = [(2024, 2, 29), (2023, 12, 31), (2005, 1, 1), (1999, 6, 15), (2024, 3, 31)]
CLOCKS = [(0, 0, 0), (10, 30, 15), (23, 59, 59), (12, 0, 0)]
ZONES = [None, None, dt.UTC, dt.timezone(dt.timedelta(hours=2)), dt.timezone(-dt.timedelta(hours=5, minutes=30))]
_AGGREGATES = ("count", "min", "max", "sum", "mean", "median", "stddev", "mode", "product", "reverse")
_RELATIONS = ("before", "after", "meets", "met by", "overlaps", "overlaps before", "overlaps after", "finishes",
              "finished by", "includes", "during", "starts", "started by", "coincides")  # fmt: skip
_POINT_RANGE, _RANGE_POINT = ("before", "after", "during", "starts", "finishes"), ("before", "after", "includes")


def _method(name: str) -> str:
    first, *rest = name.split()
    return {"is": "is_", "not": "not_"}.get(name, first + "".join(word.capitalize() for word in rest))


def _calls(names: tuple[str, ...], kinds: str) -> list[tuple[str, str, str]]:
    holes = ", ".join("«»" for _ in kinds)
    return [(f"{name}({holes})", _method(name), kinds) for name in names]


# The shape of the expression, jDMN's name, and the kinds of the values.
FUNCTIONS: list[tuple[str, str, str]] = [
    *((f"(«» {sign} «»)", f"numeric{name}", "nn") for sign, name in
      (("+", "Add"), ("-", "Subtract"), ("*", "Multiply"), ("/", "Divide"))),
    ("(«» ** «»)", "numericExponentiation", "ni"),
    *((f"(«» {sign} «»)", f"{kind}{name}", letter * 2) for kind, letter in
      (("numeric", "n"), ("string", "t"), ("date", "d"), ("dateTime", "D"), ("time", "T"))
      for sign, name in (("=", "Equal"), ("<", "LessThan"), (">=", "GreaterEqualThan"))),
    ("(«» - «»)", "dateSubtract", "dd"), ("(«» - «»)", "dateTimeSubtract", "DD"), ("(«» - «»)", "timeSubtract", "TT"),
    ("(«» - «»)", "dateTimeSubtract", "Dd"), ("(«» + «»)", "dateAddDuration", "dm"),
    ("(«» - «»)", "dateSubtractDuration", "dm"), ("(«» + «»)", "dateAddDuration", "dw"),
    ("(«» + «»)", "dateTimeAddDuration", "Dm"), ("(«» + «»)", "dateTimeAddDuration", "Ds"),
    ("(«» - «»)", "dateTimeSubtractDuration", "Ds"), ("(«» + «»)", "timeAddDuration", "Ts"),
    ("(«» + «»)", "durationAdd", "ss"), ("(«» - «»)", "durationSubtract", "mm"),
    ("(«» * «»)", "durationMultiply", "sp"), ("(«» / «»)", "durationDivide", "sp"),
    ("(«» * «»)", "durationMultiply", "mp"),
    ("(«» and «»)", "booleanAnd", "bb"), ("(«» or «»)", "booleanOr", "bb"), *_calls(("not",), "b"),
    *_calls(("abs", "floor", "ceiling", "odd", "even", "sqrt", "log"), "n"), *_calls(("exp",), "i"),
    *_calls(("modulo",), "nn"), *_calls(("decimal", "floor", "ceiling", "round up", "round down", "round half up",
                                         "round half down"), "ni"),
    *_calls(("string length", "upper case", "lower case"), "t"),
    *_calls(("substring before", "substring after", "contains", "starts with", "ends with"), "tt"),
    *_calls(("substring",), "tp"), *_calls(("substring",), "tpp"), *_calls(("matches", "split"), "tx"),
    *_calls(("replace",), "txt"), *_calls(("string",), "n"),
    *_calls(_AGGREGATES, "N"), *_calls(("all", "any"), "B"), *_calls(("distinct values", "flatten"), "N"),
    *_calls(("list contains", "append", "index of"), "Nn"), *_calls(("concatenate", "union"), "NN"),
    *_calls(("sublist",), "Np"), *_calls(("sublist",), "Npp"), *_calls(("remove",), "Np"),
    *_calls(("insert before",), "Npn"), *_calls(("day of year", "day of week", "week of year", "month of year"), "d"),
    *((f"«».{name}", name, "d") for name in ("year", "month", "day", "weekday")),
    *((f"«».{name}", name, "T") for name in ("hour", "minute", "second")),
    *_calls(("years and months duration",), "dd"), *_calls(("date and time",), "dT"),
    *_calls(_RELATIONS, "rr"), *_calls(_POINT_RANGE, "pr"), *_calls(_RANGE_POINT, "rp"),
    *_calls(("started by", "finished by"), "rp"),
]  # fmt: skip


def _argument(kind: str, source: random.Random) -> Any:
    if kind in "NB":
        return [_argument(kind.lower(), source) for _ in range(source.randint(0, 5))]
    if kind == "r":
        start = source.randint(1, 4)
        return Range(source.random() < 0.5, Decimal(start), source.random() < 0.5, Decimal(source.randint(start, 6)))
    day, clock, zone = source.choice(DAYS), source.choice(CLOCKS), source.choice(ZONES)
    pools: dict[str, list[Any]] = {
        "n": [Decimal(text) for text in NUMBERS],
        "i": [Decimal(text) for text in range(-3, 6)],
        "p": [Decimal(text) for text in range(1, 4)],
        "t": [*TEXTS, None],
        "x": PATTERNS,
        "b": [True, False, None],
        "d": [dt.date(*day)],
        "D": [dt.datetime(*day, *clock, tzinfo=zone)],
        "T": [dt.time(*clock, tzinfo=zone)],
        "m": [Duration(months=source.choice([1, 11, 12, 30]))],
        "w": [Duration(days=source.choice([1, 30, 400]))],
        "s": [Duration(seconds=source.choice([1, 3600, 90_000, 200_000]))],
    }
    return source.choice(pools[kind])


def _feel(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_feel(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Range):
        ends = f"{value.start}..{value.end}"
        return ("[" if value.startIncluded else "(") + ends + ("]" if value.endIncluded else ")")
    return f'@"{_temporal(value)}"'


def _temporal(value: Any) -> str:
    if not isinstance(value, Duration | dt.timedelta):
        return str(value.isoformat())
    months = int(getattr(value, "years", 0) * 12 + getattr(value, "months", 0))
    seconds = int(value.total_seconds()) if not months else 0
    sign = "-" if months < 0 or seconds < 0 else ""
    return f"{sign}P{abs(months)}M" if months else f"{sign}PT{abs(seconds)}S"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return {"number": str(value)}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date | dt.time | dt.timedelta | Duration):
        return {"temporal": _temporal(value)}
    return {"other": type(value).__name__}


def main() -> None:
    question = json.load(sys.stdin)
    source = random.Random(question["seed"])
    library = DefaultStandardFEELLib()
    answers = []
    for _ in range(question["count"]):
        shape, method, kinds = source.choice(FUNCTIONS)
        arguments = [_argument(kind, source) for kind in kinds]
        parts = [_feel(argument) for argument in arguments]
        text = shape
        for part in parts:
            text = text.replace("«»", part, 1)
        try:
            value = _plain(getattr(library, method)(*arguments))
        except Exception:  # noqa: BLE001 - whatever it raises, the peer gave no value
            value = {"failed": True}
        answers.append({"text": text, "shape": shape, "parts": parts, "value": value})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
