"""Tables that staff take with them: CSV or XLSX, named after what is in them."""

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone

from torget.foundation.core.tables import Table, csv_bytes, xlsx_bytes

CSV, XLSX = "csv", "xlsx"
_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_of(tables: Sequence[Table], *, kind: str, name: str, at: datetime) -> HttpResponse:
    """A CSV holds the first table alone. Raise Http404 for another kind of file."""
    if kind not in _TYPES:
        raise Http404
    content = csv_bytes(tables[0]) if kind == CSV else xlsx_bytes(tables, at=at)
    response = HttpResponse(content, content_type=_TYPES[kind])
    day = timezone.localtime(at).date().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="torget-{name}-{day}.{kind}"'
    return response
