"""Generated FEEL expressions that mean something, each with the closed expressions it is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

_HOLE = re.compile("«([a-z]+)»")
# Every seventh hole is filled with a value of some other kind, which mostly makes null.
_WILD = 1 / 7
_KINDS = ("number", "string", "boolean", "date", "time", "moment", "days", "months", "list", "context")

_COMPARED = ("number", "string", "date", "time", "moment", "days", "months")
_RELATIONS = (
    "before", "after", "meets", "met by", "overlaps", "overlaps before", "overlaps after", "finishes", "finished by",
    "includes", "during", "starts", "started by", "coincides",
)  # fmt: skip
_TYPES = ("number", "string", "boolean", "date", "time", "days and time duration", "list<number>", "context<a: number>")

# What an expression of a kind can look like; «kind» stands for an expression of that kind.
SHAPES: dict[str, list[str]] = {
    "number": [
        *(f"(«number» {operator} «number»)" for operator in "+-*/"),
        "(«number» ** «small»)", "(-«number»)", "abs(«number»)", "floor(«number»)", "ceiling(«number»)",
        "floor(«number», «small»)", "ceiling(«number», «small»)", "decimal(«number», «small»)",
        "round up(«number», «small»)", "round down(«number», «small»)", "round half up(«number», «small»)",
        "round half down(«number», «small»)", "modulo(«number», «number»)", "sqrt(«number»)", "log(«number»)",
        "exp(«small»)", "count(«list»)", "sum(«numbers»)", "mean(«numbers»)", "min(«numbers»)", "max(«numbers»)",
        "median(«numbers»)", "stddev(«numbers»)", "product(«numbers»)", "sum(«number», «number»)",
        "string length(«string»)", "number(«digits»)", 'number(«digits», ",", ".")', "«date».year", "«date».month",
        "«date».day", "«date».weekday", "«moment».hour", "«time».minute", "«days».hours", "«days».days",
        "«months».years", "«months».months", "day of year(«date»)", "week of year(«date»)", "(«days» / «days»)",
        "(«months» / «months»)", "(if «boolean» then «number» else «number»)", "«numbers»[«small»]",
        "«numbers»[item > «number»][1]", "{a: «number», b: a + «number»}.b", '{"a b": «number»}.a b',
        "(function(x, y) x - y)(«number», «number»)", "(function(x, y) x - y)(y: «number», x: «number»)",
        "(function(x: number) x)(«number»)", 'get value(«context», "a")', "«context».a",
    ],
    "string": [
        "(«string» + «string»)", "substring(«string», «small»)", "substring(«string», «small», «small»)",
        "upper case(«string»)", "lower case(«string»)", "substring before(«string», «string»)",
        "substring after(«string», «string»)", 'replace(«string», «pattern», "[$0]")',
        'replace(«string», "(a)(b)?", "$2-$1")', 'replace(«string», "A", «string», "i")', "string(«number»)",
        "string(«boolean»)", "string(«date»)", "string(«time»)", "string(«moment»)", "string(«days»)",
        "string(«months»)", "string(«list»)", "string(«context»)", "string join(«strings»)",
        "string join(«strings», «string»)", "day of week(«date»)", "month of year(«date»)",
        "(if «boolean» then «string» else «string»)", "«strings»[«small»]",
    ],
    "boolean": [
        *(f"(«{kind}» {operator} «{kind}»)" for kind in _COMPARED for operator in ("=", "<", ">=")),
        *(f"(«{kind}» != «{kind}»)" for kind in ("number", "boolean", "list", "context")),
        *(f"(«{kind}» between «{kind}» and «{kind}»)" for kind in _COMPARED),
        *(f"(«{kind}» in [«{kind}»..«{kind}»))" for kind in _COMPARED),
        *(f"({{x: «{kind}»}}.x instance of {name})" for kind in _KINDS for name in _TYPES[:2]),
        *(f"(«number» instance of {name})" for name in _TYPES), "(«list» instance of list<number>)",
        "(«context» instance of context<a: number>)",
        *(f"{relation}(«interval», «interval»)" for relation in _RELATIONS), "before(«number», «interval»)",
        "after(«interval», «number»)", "includes(«interval», «number»)", "during(«number», «interval»)",
        "starts(«number», «interval»)", "finishes(«number», «interval»)", "before(«number», «number»)",
        "(«boolean» and «boolean»)", "(«boolean» or «boolean»)", "not(«boolean»)", "(«list» = «list»)",
        "(«context» = «context»)", "(«boolean» = «boolean»)", "(«number» = null)", "(«string» != null)",
        "(«number» in («number», «number»))", "(«number» in «numbers»)", "(«number» in (> «number»))",
        "(«number» in (< «number», > «number»))", "(«string» in «strings»)", "(«list» in [«list»])",
        "contains(«string», «string»)", "starts with(«string», «string»)", "ends with(«string», «string»)",
        "matches(«string», «pattern»)", 'matches(«string», «pattern», "i")', "list contains(«numbers», «number»)",
        "list contains(«list», null)", "all([«boolean», «boolean»])", "any([«boolean», «boolean»])",
        "all(«boolean», «boolean»)", "odd(«number»)", "even(«number»)", "is(«number», «number»)",
        "is(«time», «time»)", "is(«string», «number»)", "(some x in «numbers» satisfies x > «number»)",
        "(every x in «numbers» satisfies x > «number»)", "(some x in «numbers», y in «numbers» satisfies x = y)",
        "(every x in [«boolean», «boolean»] satisfies x)",
    ],
    "date": [
        "(«date» + «days»)", "(«date» - «days»)", "(«date» + «months»)", "(«date» - «months»)", "(«days» + «date»)",
        "date(«moment»)", "date(2024, «small», «small»)", "min(«date», «date»)", "date(«datetext»)",
    ],
    "time": [
        "(«time» + «days»)", "(«time» - «days»)", "time(«moment»)", "time(«small», «small», «small»)",
        "max([«time», «time»])", "time(«small», 30, 0, «days»)",
    ],
    "moment": [
        "(«moment» + «days»)", "(«moment» - «days»)", "(«moment» + «months»)", "(«moment» - «months»)",
        "date and time(«date», «time»)", "date and time(«datetext»)",
    ],
    "days": [
        "(«days» + «days»)", "(«days» - «days»)", "(«days» * «small»)", "(«small» * «days»)", "(«days» / «small»)",
        "(«date» - «date»)", "(«moment» - «moment»)", "(«time» - «time»)", "abs(«days»)", "(-«days»)",
        "(«moment» - «date»)", "«time».time offset",
    ],
    "months": [
        "(«months» + «months»)", "(«months» - «months»)", "(«months» * «small»)", "(«months» / «small»)",
        "years and months duration(«date», «date»)", "abs(«months»)",
    ],
    "list": [
        "[«any», «any»]", "«numbers»[item > «number»]", "«numbers»[«boolean»]", "«list»[«small»]",
        "(for x in «numbers» return x * «number»)", "(for x in «whole»..«whole» return x)",
        "(for x in [«date», «date»] return x.year)", "(for x in «numbers», y in «strings» return {a: x, b: y})",
        "(for x in «numbers» return sum(partial))", "append(«list», «any»)", "concatenate(«list», «list»)",
        "insert before(«list», «small», «any»)", "remove(«list», «small»)", "reverse(«list»)",
        "index of(«numbers», «number»)", "union(«numbers», «numbers»)", "distinct values(«list»)",
        "flatten([«list», «any»])", "sublist(«list», «small»)", "sublist(«list», «small», «small»)",
        "sort(«numbers», function(x, y) x < y)", "split(«string», «pattern»)", "mode(«numbers»)",
        "list replace(«list», «small», «any»)", "list replace(«numbers», function(item, newItem) item < newItem, 3)",
        "get entries(«context»)", "[«context», «context»].a", "[«context», «context»][a > «number»]", "«any»[true]",
    ],
    "context": [
        "{a: «any», b: «any»}", "{a: «number», b: [a, «any»]}", 'context put(«context», "a", «any»)',
        'context put({a: «context»}, ["a", "b"], «any»)', "context merge([«context», «context»])",
        "context([{key: «string», value: «any»}])",
    ],
}  # fmt: skip
_LITERALS: dict[str, list[str]] = {
    "string": ['""', '"a"', '"b"', '"ab"', '"abcab"', '"Å"', '"a b"', '"x\\ny"', '"\\U01F40Eb"', '"A.B"'],
    "boolean": ["true", "false", "true", "false", "null"],
    "digits": ['"1"', '"-2.5"', '"1,000.5"', '"abc"', '""'],
    "pattern": ['"a"', '"[ab]+"', '"\\\\s"', '"b|c"', '"^a.*b$"', '"("', '"a{2}"', '"(a|b)c?"'],
    "datetext": ['"2024-02-29"', '"2023-02-29"', '"2024-1-1"', '"20240101"', '"-0044-03-15"', '"x"'],
    "small": ["0", "1", "2", "3", "-1", "-2", "5", "2.5"],
    "whole": ["0", "1", "3", "-2"],
    "interval": ["[1..5]", "(1..5)", "[1..5)", "(1..5]", "[5..8]", "(5..8)", "[2..3]", "[1..8]", "[5..5]"],
}
_OFFSETS = ("", "", "Z", "+02:00", "-05:30")


@dataclass(frozen=True, slots=True)
class Sample:
    """An expression, the shape it was made from, and the expressions put into its holes."""

    shape: str
    text: str
    parts: tuple[Sample, ...] = ()


class Generator:
    """Makes expressions; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def sample(self, kind: str = "any", depth: int = 3) -> Sample:
        """Make an expression that is of the kind, or should have been."""
        if kind in _KINDS and self._random.random() < _WILD:
            kind = "any"
        if kind == "any":
            kind = self._random.choice(_KINDS)
        if kind not in SHAPES or depth == 0 or self._random.random() < 1 / 4:
            return Sample(kind, self._literal(kind))
        shape = self._random.choice(SHAPES[kind])
        parts = tuple(self.sample(hole, depth - 1) for hole in _HOLE.findall(shape))
        texts = iter(part.text for part in parts)
        return Sample(shape, _HOLE.sub(lambda _: next(texts), shape), parts)

    def _literal(self, kind: str) -> str:
        random = self._random
        if kind in _LITERALS:
            return random.choice(_LITERALS[kind])
        if kind == "number":
            return random.choice([str(random.randint(-20, 20)), f"{random.uniform(-99, 99):.{random.randint(1, 3)}f}"])
        if kind == "context":
            return f"{{a: {self._literal('number')}, b: {self._literal('string')}}}"
        if kind.endswith("s") or kind == "list":
            return self._duration(kind) if kind in ("days", "months") else self._list(kind)
        return self._moment(kind)

    def _list(self, kind: str) -> str:
        kinds = _KINDS[:4] if kind == "list" else (kind[:-1],)
        items = [self._literal(self._random.choice(kinds)) for _ in range(self._random.randint(0, 4))]
        return f"[{', '.join(items)}]"

    def _duration(self, kind: str) -> str:
        random = self._random
        size = (
            f"{random.randint(0, 40)}DT{random.randint(0, 30)}H"
            if kind == "days"
            else f"{random.randint(0, 5)}Y{random.randint(0, 14)}M"
        )
        return f'@"{random.choice(["", "-"])}P{size}"'

    def _moment(self, kind: str) -> str:
        random = self._random
        date = f"{random.randint(1990, 2030)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"
        clock = f"{random.randint(0, 23):02d}:{random.randint(0, 59):02d}:{random.choice(['00', '30'])}"
        clock += random.choice(_OFFSETS)
        return f'@"{date if kind != "time" else ""}{"T" if kind == "moment" else ""}{clock if kind != "date" else ""}"'


def every_part(sample: Sample) -> dict[str, Sample]:
    """Return the expression and all it is made of, by their text."""
    found = {sample.text: sample}
    for part in sample.parts:
        found |= every_part(part)
    return found
