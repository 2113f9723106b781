"""A table that can also leave as a file (`core/tables.py`), on the page."""

from collections.abc import Sequence
from typing import Any

from django import template

from torget.foundation.core.tables import Table
from torget.foundation.design.templatetags.torget_format import is_number

register = template.Library()


@register.inclusion_tag("design/table_of.html")
def table_of(table: Table, links: Sequence[str] = ()) -> dict[str, Any]:
    """`links` are where the first cells of the rows lead to, in the order of the rows; '' for nowhere."""
    padded = [*links, *([""] * (len(table.rows) - len(links)))]
    # A column is to the right when any of its cells is a number.
    numbers = [any(is_number(row[place]) for row in table.all_rows) for place in range(len(table.headings))]
    return {
        "table": table,
        "headings": list(zip(table.headings, numbers, strict=True)),
        "rows": [(list(zip(row, numbers, strict=True)), link) for row, link in zip(table.rows, padded, strict=True)],
        "totals": list(zip(table.totals, numbers, strict=True)) if table.totals else [],
    }
