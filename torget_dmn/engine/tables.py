"""Decision tables compiled to look-ups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torget_dmn.engine.hit_policies import Known, policy_of
from torget_dmn.engine.table_index import Cell, Mask, MaskOf, column_masks
from torget_dmn.engine.trace import TableTrace
from torget_dmn.feel.equality import equal
from torget_dmn.feel.functions import Closure, Frame
from torget_dmn.feel.runtime import CURRENT
from torget_dmn.model.expressions import DecisionTable


class CompiledTable:
    """A table that can be run in a frame."""

    def __init__(
        self,
        source: DecisionTable,
        place: str,
        *,
        inputs: list[Closure],
        cells: list[list[Cell]],
        rows: list[Closure],
        default: Closure | None,
        output_values: list[list[Any]],
    ) -> None:
        self.source = source
        self.place = place
        self.cells = cells
        self.input_titles = [clause.title for clause in source.inputs]
        self.all_rows = (1 << len(source.rules)) - 1
        self._rows = rows
        self._default = default
        self._output_values = output_values
        self._policy = policy_of(source.hit_policy, source.aggregation, rows, self._ranks)
        self._pairs = list(zip(inputs, [column_masks(column) for column in cells], strict=True))
        self._match = _matcher(self._pairs, self.all_rows)

    @property
    def is_ranked(self) -> bool:
        """Whether an output lists its values, which gives results a priority."""
        return any(self._output_values)

    def _ranks(self, value: Any) -> tuple[int, ...]:
        parts = list(value.values()) if len(self._output_values) > 1 and type(value) is dict else [value]
        return tuple(
            next((rank for rank, one in enumerate(listed) if equal(one, part) is True), len(listed))
            for part, listed in zip(parts, self._output_values, strict=False)
        )

    def constant_ranks(self) -> list[tuple[int, ...]] | None:
        """Return the priority of each row, or None when a row's output is not known before running."""
        try:
            return [self._ranks(row([None])) for row in self._rows]
        except (TypeError, AttributeError, IndexError):
            return None

    def rows_agree(self, first: int, second: int) -> bool:
        """Say whether two rows give the same result, as far as that is known before running."""
        one, other = self._rows[first], self._rows[second]
        if isinstance(one, Known) and isinstance(other, Known):
            return equal(one.value, other.value) is True
        return self.source.rules[first].outputs == self.source.rules[second].outputs

    def run(self, frame: Frame) -> Any:
        """Evaluate the table."""
        run = CURRENT.get()
        if run is not None and run.trace is not None:
            return self._run_traced(frame, run.trace)
        mask = self._match(frame)
        return self._policy(mask, frame) if mask else self._no_match(frame)

    def _run_traced(self, frame: Frame, trace: list[Any]) -> Any:
        matched = self.all_rows
        values: list[Any] = []
        masks: list[int] = []
        for value_of, mask_of in self._pairs:
            value = value_of(frame)
            mask = mask_of(value, frame)
            values.append(value)
            masks.append(mask)
            matched &= mask
        result = self._policy(matched, frame) if matched else self._no_match(frame)
        trace.append(TableTrace(self, values, masks, matched, result))
        return result

    def _no_match(self, frame: Frame) -> Any:
        return None if self._default is None else self._default(frame)


def _matcher(pairs: list[tuple[Closure, MaskOf]], all_rows: Mask) -> Callable[[Frame], Mask]:
    """Return what gives the rows that match; the usual few columns are written out, which saves a third."""
    if len(pairs) == 2:
        (value_a, mask_a), (value_b, mask_b) = pairs
        return lambda frame: mask_a(value_a(frame), frame) & mask_b(value_b(frame), frame)
    if len(pairs) == 3:
        (value_a, mask_a), (value_b, mask_b), (value_c, mask_c) = pairs
        return lambda frame: (
            mask_a(value_a(frame), frame) & mask_b(value_b(frame), frame) & mask_c(value_c(frame), frame)
        )

    def match(frame: Frame) -> Mask:
        mask = all_rows
        for value_of, mask_of in pairs:
            mask &= mask_of(value_of(frame), frame)
            if not mask:
                break
        return mask

    return match
