"""What a table gives when some of its rows match."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from torget_dmn.engine.table_index import Mask
from torget_dmn.feel.builtins.numeric import count, maximum, minimum, total
from torget_dmn.feel.equality import equal
from torget_dmn.feel.functions import Closure, Frame

# Gives the value of a table from the mask of the rows that matched; the mask is never empty.
Policy: TypeAlias = Callable[[Mask, Frame], Any]
_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {"SUM": total, "MIN": minimum, "MAX": maximum, "COUNT": count}


class Known:
    """A closure whose value is known while compiling."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self, _: Frame) -> Any:
        return self.value


def rows_of(mask: Mask) -> list[int]:
    """Return the rows in a mask, in the order of the table."""
    rows: list[int] = []
    while mask:
        rows.append((mask & -mask).bit_length() - 1)
        mask &= mask - 1
    return rows


def policy_of(
    name: str, aggregation: str | None, rows: list[Closure], ranks: Callable[[Any], tuple[int, ...]]
) -> Policy:
    """Return the rule of a hit policy; `ranks` orders values by the listed output values."""
    known = [row.value for row in rows if isinstance(row, Known)]
    all_known = len(known) == len(rows)

    def first_known(mask: Mask, _: Frame) -> Any:
        return known[(mask & -mask).bit_length() - 1]

    def unique_known(mask: Mask, _: Frame) -> Any:
        return None if mask & (mask - 1) else known[mask.bit_length() - 1]

    def first(mask: Mask, frame: Frame) -> Any:
        return rows[(mask & -mask).bit_length() - 1](frame)

    def unique(mask: Mask, frame: Frame) -> Any:
        return None if mask & (mask - 1) else rows[mask.bit_length() - 1](frame)

    def values(mask: Mask, frame: Frame) -> list[Any]:
        return [rows[row](frame) for row in rows_of(mask)]

    def any_of(mask: Mask, frame: Frame) -> Any:
        found = values(mask, frame)
        return found[0] if all(equal(found[0], other) is True for other in found[1:]) else None

    def output_order(mask: Mask, frame: Frame) -> list[Any]:
        return sorted(values(mask, frame), key=ranks)

    def priority(mask: Mask, frame: Frame) -> Any:
        return min(values(mask, frame), key=ranks)

    def aggregate(mask: Mask, frame: Frame) -> Any:
        return _AGGREGATES[aggregation or "COUNT"](values(mask, frame))

    policies: dict[str, Policy] = {
        "UNIQUE": unique_known if all_known else unique,
        "FIRST": first_known if all_known else first,
        "ANY": any_of,
        "PRIORITY": priority,
        "RULE ORDER": values,
        "OUTPUT ORDER": output_order,
        "COLLECT": aggregate if aggregation else values,
    }
    return policies[name]


MULTIPLE_HITS = ("RULE ORDER", "OUTPUT ORDER", "COLLECT")
