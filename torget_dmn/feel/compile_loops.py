"""Closures for `for`, `some` and `every`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from torget_dmn.feel import nodes
from torget_dmn.feel.compiler import Compiler, rule
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.numbers import whole
from torget_dmn.feel.ranges import Range
from torget_dmn.feel.runtime import spend
from torget_dmn.feel.scope import Scope
from torget_dmn.feel.temporal import Date


class _NumberSpan(Sequence[Any]):
    """The whole numbers, or days, between two ends, upwards or downwards, made one by one."""

    def __init__(self, numbers: range, *, days: bool) -> None:
        self._numbers = numbers
        self._days = days

    @classmethod
    def between(cls, start: int, end: int, *, days: bool) -> _NumberSpan:
        """Return the span with both its ends."""
        return cls(range(start, end + 1) if start <= end else range(start, end - 1, -1), days=days)

    def inside(self, *, start_included: bool, end_included: bool) -> _NumberSpan:
        """Return the span without the ends that are not included."""
        return _NumberSpan(self._numbers[not start_included : len(self._numbers) - (not end_included)], days=self._days)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: Any) -> Any:
        number = self._numbers[index]
        return Date.from_day_number(number) if self._days else Decimal(number)


def span(start: Any, end: Any) -> _NumberSpan | None:
    """Return what `start..end` iterates over, or None."""
    if type(start) is Date and type(end) is Date:
        return _NumberSpan.between(start.day_number, end.day_number, days=True)
    if type(start) is Decimal and type(end) is Decimal:
        first, last = whole(start), whole(end)
        if first is not None and last is not None and abs(last - first) < 2**62:
            return _NumberSpan.between(first, last, days=False)
    return None


def domain_of(value: Any) -> Sequence[Any] | None:
    """Return what a value iterates over; anything but a list or a range is a list of itself."""
    if type(value) is list or value is None:
        return value
    if isinstance(value, Range):
        spanned = span(value.start, value.end)
        if spanned is None:
            return None
        return spanned.inside(start_included=value.start_included, end_included=value.end_included)
    return [value]


def compile_domain(compiler: Compiler, iterator: nodes.Iterator, scope: Scope) -> Closure:
    """Compile what an iterator goes over."""
    start = compiler.compile(iterator.start, scope)
    if iterator.end is None:
        return lambda frame: domain_of(start(frame))
    end = compiler.compile(iterator.end, scope)
    return lambda frame: span(start(frame), end(frame))


class _NoDomainError(Exception):
    """An iterator has nothing it could go over, so the whole loop is null."""


def frames(domains: list[Closure], frame: Frame, given: tuple[Any, ...] = ()) -> Iterator[Frame]:
    """Yield a frame for each combination of the iterators' values, the last iterator turning fastest."""
    own: Frame = [frame, *given]
    if len(given) == len(domains):
        yield own
        return
    domain = domains[len(given)](own)
    if domain is None:
        raise _NoDomainError
    spend(len(domain))
    for value in domain:
        yield from frames(domains, frame, (*given, value))


def _iterators(compiler: Compiler, iterators: list[nodes.Iterator], scope: Scope) -> tuple[list[Closure], Scope]:
    inner = Scope(scope)
    domains: list[Closure] = []
    for iterator in iterators:
        domains.append(compile_domain(compiler, iterator, inner))
        inner.add(iterator.name)
    return domains, inner


@rule(nodes.For)
def _for(compiler: Compiler, node: nodes.For, scope: Scope) -> Closure:
    domains, inner = _iterators(compiler, node.iterators, scope)
    inner.add("partial")
    uses_partial = any(isinstance(part, nodes.Name) and part.name == "partial" for part in nodes.walk(node.body))
    return for_closure(domains, compiler.compile(node.body, inner), uses_partial=uses_partial)


def for_closure(domains: list[Closure], body: Closure, *, uses_partial: bool) -> Closure:
    """Return what evaluates the body for each combination of values."""

    def run(frame: Frame) -> list[Any] | None:
        results: list[Any] = []
        try:
            for own in frames(domains, frame):
                if uses_partial:
                    # The body may keep what there is so far, so it gets a copy of its own.
                    spend(len(results) // 16)
                    own.append(list(results))
                results.append(body(own))
        except _NoDomainError:
            return None
        return results

    return run


@rule(nodes.Quantified)
def _quantified(compiler: Compiler, node: nodes.Quantified, scope: Scope) -> Closure:
    domains, inner = _iterators(compiler, node.iterators, scope)
    return quantified_closure(domains, compiler.compile(node.body, inner), every=node.every)


def quantified_closure(domains: list[Closure], body: Closure, *, every: bool, strict: bool = False) -> Closure:
    """Return what asks whether some or every combination of values satisfies the body; strictly, with no other type."""
    deciding = not every

    def run(frame: Frame) -> bool | None:
        unknown = False
        try:
            for own in frames(domains, frame):
                result = body(own)
                if result is deciding:
                    return result is True
                if strict and result is not None and type(result) is not bool:
                    return None
                unknown = unknown or type(result) is not bool
        except _NoDomainError:
            return None
        return None if unknown else every

    return run
