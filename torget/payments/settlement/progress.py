"""How far the reading of a file is, told while its transaction is still open."""

import time
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, BinaryIO, Self

from django.db import connection

TELL_SECONDS = 1.0
LOOK_EVERY_ROWS = 1000

_TELL = """
INSERT INTO settlement_readingprogress (file_id, rows, bytes, changed_at) VALUES (%(file)s, %(rows)s, %(bytes)s, %(at)s)
ON CONFLICT (file_id) DO UPDATE SET rows = %(rows)s, bytes = %(bytes)s, changed_at = %(at)s
"""


class Progress:
    """Writes through a connection of its own, whose rows are seen before the file's transaction ends."""

    def __init__(self, file_id: int, source: BinaryIO) -> None:
        self._file_id = file_id
        self._source = source
        self._own = connection.copy()
        self._rows = 0
        self._told_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._own.close()

    def row(self) -> None:
        self._rows += 1
        if self._rows % LOOK_EVERY_ROWS == 0 and time.monotonic() - self._told_at >= TELL_SECONDS:
            self.tell()

    def tell(self) -> None:
        self._told_at = time.monotonic()
        values: dict[str, Any] = {
            "file": self._file_id,
            "rows": self._rows,
            "bytes": self._source.tell(),
            "at": datetime.now(UTC),
        }
        with self._own.cursor() as cursor:
            cursor.execute(_TELL, values)
