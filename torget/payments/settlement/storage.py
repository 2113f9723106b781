"""Files as they came, kept by their SHA-256 in the settlement folder, which all processes share."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from torget.payments.core.settlement import FileRefused, Problem

PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    sha256: str
    size_bytes: int
    head: bytes
    """The first bytes, enough to tell JSON from CSV."""


def folder() -> Path:
    return Path(settings.SETTLEMENT_FOLDER)


def path_of(sha256: str) -> Path:
    return folder() / sha256[:2] / sha256


def open_stored(sha256: str) -> BinaryIO:
    return path_of(sha256).open("rb")


def remove_content_unless(is_needed: Callable[[str], bool], *, older_than: datetime) -> int:
    """Remove the files that nothing needs; how many. Younger ones may belong to a row that is just being written."""
    removed = 0
    for file in sorted(folder().glob("??/*")):
        if file.stat().st_mtime < older_than.timestamp() and not is_needed(file.name):
            file.unlink()
            removed += 1
    return removed


def store_file(pieces: Iterable[bytes]) -> StoredFile:
    """Keep what comes in pieces; the file stands under its name only when it is whole and on the disk.

    Raise FileRefused for a file that is empty or too large; then nothing is kept.
    """
    folder().mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    number, name = tempfile.mkstemp(dir=folder(), prefix="coming-")
    try:
        with os.fdopen(number, "wb") as target:
            for piece in pieces:
                size += len(piece)
                if size > settings.SETTLEMENT_FILE_BYTES_MAX:
                    raise FileRefused(Problem.TOO_LARGE)
                head = head if len(head) >= 64 else head + piece[:64]
                digest.update(piece)
                target.write(piece)
            if not size:
                raise FileRefused(Problem.EMPTY)
            target.flush()
            os.fsync(target.fileno())
        place = path_of(digest.hexdigest())
        place.parent.mkdir(exist_ok=True)
        Path(name).replace(place)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return StoredFile(sha256=digest.hexdigest(), size_bytes=size, head=head)
