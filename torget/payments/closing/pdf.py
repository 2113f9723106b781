"""Reports as PDFs: of a month, and of what a shared cost means for each member."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from torget.foundation.core.money import Money
from torget.foundation.design.pdf import make_pdf
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.closing.report import Cell, Report, Section

_TEMPLATE = Path(__file__).with_name("report.typ")


def _text(cell: Cell) -> str:
    return euros(cell) if isinstance(cell, Money) else str(cell)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Money | int)


def _section(section: Section) -> dict[str, Any]:
    sample: Sequence[Cell] = section.rows[0]
    return {
        "caption": section.caption,
        "about": section.about,
        "headings": list(section.headings),
        "numbers": [_is_number(cell) for cell in sample],
        "rows": [[_text(cell) for cell in row] for row in section.rows],
        "last": [_text(cell) for cell in section.last],
    }


def report_pdf(report: Report, *, language: str, at: datetime) -> bytes:
    """In the active translation; the same report gives the same bytes."""
    content = {
        "title": report.title,
        "language": language,
        "page_of": _("Page {page} of {pages}"),
        "facts": [{"key": key, "value": value} for key, value in report.facts],
        "sections": [_section(section) for section in report.sections],
    }
    return make_pdf(_TEMPLATE, content=content, at=at, breakable=frozenset({"value"}))
