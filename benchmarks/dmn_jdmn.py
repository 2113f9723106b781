"""Run inside the peers' environment: calls built-in functions of jDMN's Python runtime with generated arguments."""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
from decimal import Decimal
from typing import Any

from jdmn.feel.lib.DefaultStandardFEELLib import DefaultStandardFEELLib

NUMBERS = [Decimal(text) for text in ("0", "1", "-1", "2.5", "-2.5", "3", "10.1", "-10.1", "4.5", "100", "0.005")]
TEXTS = ["", "a", "abc", "foobar", "Åland", "b", "oo"]
DATES = [dt.date(2024, 2, 29), dt.date(2023, 12, 31), dt.date(2005, 1, 1), dt.date(1999, 6, 15)]
BOOLEANS = [True, False]
# FEEL's name, jDMN's name, and the kinds of the arguments.
FUNCTIONS: list[tuple[str, str, str]] = [
    ("abs", "abs", "n"), ("floor", "floor", "n"), ("ceiling", "ceiling", "n"), ("modulo", "modulo", "nn"),
    ("decimal", "decimal", "ns"), ("odd", "odd", "n"), ("even", "even", "n"), ("exp", "exp", "n"),
    ("string length", "stringLength", "t"), ("upper case", "upperCase", "t"), ("lower case", "lowerCase", "t"),
    ("substring before", "substringBefore", "tt"), ("substring after", "substringAfter", "tt"),
    ("contains", "contains", "tt"), ("starts with", "startsWith", "tt"), ("ends with", "endsWith", "tt"),
    ("count", "count", "N"), ("min", "min", "N"), ("max", "max", "N"), ("sum", "sum", "N"), ("mean", "mean", "N"),
    ("median", "median", "N"), ("stddev", "stddev", "N"), ("mode", "mode", "N"), ("product", "product", "N"),
    ("reverse", "reverse", "N"), ("distinct values", "distinctValues", "N"), ("all", "all", "B"), ("any", "any", "B"),
    ("day of year", "dayOfYear", "d"), ("day of week", "dayOfWeek", "d"), ("week of year", "weekOfYear", "d"),
    ("month of year", "monthOfYear", "d"), ("list contains", "listContains", "Nn"), ("append", "append", "Nn"),
    ("concatenate", "concatenate", "NN"), ("union", "union", "NN"),
]  # fmt: skip


def _argument(kind: str, source: random.Random) -> Any:
    if kind == "s":
        return Decimal(source.randint(-1, 3))
    if kind in "NB":
        pool: list[Any] = NUMBERS if kind == "N" else BOOLEANS
        return [source.choice(pool) for _ in range(source.randint(2, 5))]
    pools: dict[str, list[Any]] = {"n": NUMBERS, "t": TEXTS, "d": DATES}
    return source.choice(pools[kind])


def _feel(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_feel(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f'@"{value.isoformat()}"' if isinstance(value, dt.date) else str(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return {"number": float(value)}
    return [_plain(item) for item in value] if isinstance(value, list) else {"other": type(value).__name__}


def main() -> None:
    question = json.load(sys.stdin)
    source = random.Random(question["seed"])
    library = DefaultStandardFEELLib()
    answers = []
    for _ in range(question["count"]):
        feel_name, method, kinds = source.choice(FUNCTIONS)
        arguments = [_argument(kind, source) for kind in kinds]
        text = f"{feel_name}({', '.join(_feel(argument) for argument in arguments)})"
        try:
            value = _plain(getattr(library, method)(*arguments))
        except Exception:  # noqa: BLE001 - whatever it raises, the peer gave no value
            value = {"failed": True}
        answers.append({"text": text, "value": value})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
