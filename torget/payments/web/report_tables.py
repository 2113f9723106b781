"""Tables of a report for a page: texts in the page's language, figures to the right.

On a phone every column counts, so that texts which only say more about the first one stand below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.closing.report import Cell, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    text: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    text: str
    more: str
    cells: list[ShownCell] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    caption: str
    about: str
    headings: ShownRow
    rows: list[ShownRow]
    last: ShownRow | None


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Money | int)


def _text(cell: Cell) -> str:
    return euros(cell) if isinstance(cell, Money) else str(cell)


def shown_table(section: Section) -> ShownTable:
    numbers = [_is_number(cell) for cell in section.rows[0]]
    texts = len(list(takewhile(lambda is_number: not is_number, numbers)))

    def shown(row: Sequence[Cell]) -> ShownRow:
        first, *others = (_text(cell) for cell in row[:texts])
        cells = [
            ShownCell(text=_text(cell), is_number=is_number)
            for cell, is_number in zip(row[texts:], numbers[texts:], strict=True)
        ]
        return ShownRow(text=first, more=" · ".join(filter(None, others)), cells=cells)

    return ShownTable(
        caption=section.caption,
        about=section.about,
        headings=shown(section.headings),
        rows=[shown(row) for row in section.rows],
        last=shown(section.last) if section.last else None,
    )
