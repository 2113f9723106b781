"""Tables of a report for a page: texts in the page's language, figures to the right."""

from dataclasses import dataclass

from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.closing.report import Cell, Section


@dataclass(frozen=True, slots=True)
class ShownCell:
    text: str
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    caption: str
    about: str
    headings: list[ShownCell]
    rows: list[list[ShownCell]]
    last: list[ShownCell]


def _shown(cell: Cell) -> ShownCell:
    return ShownCell(euros(cell) if isinstance(cell, Money) else str(cell), isinstance(cell, Money | int))


def shown_table(section: Section) -> ShownTable:
    numbers = [isinstance(cell, Money | int) for cell in section.rows[0]]
    headings = [ShownCell(text, is_number) for text, is_number in zip(section.headings, numbers, strict=True)]
    return ShownTable(
        caption=section.caption,
        about=section.about,
        headings=headings,
        rows=[[_shown(cell) for cell in row] for row in section.rows],
        last=[_shown(cell) for cell in section.last],
    )
