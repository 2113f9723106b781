"""Which files may be sent to us: known by their first bytes, not by what they are called."""

import re
import struct
import unicodedata
from enum import StrEnum

SIZE_MAX = 5 * 1024 * 1024
COUNT_MAX = 5
PIXELS_MAX = 50_000_000
"""A picture may be small as a file and huge in memory."""
NAME_LENGTH_MAX = 120

_PNG = b"\x89PNG\r\n\x1a\n"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")


class FileFault(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    WRONG_KIND = "wrong_kind"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY = "too_many"


def media_type(content: bytes) -> str | None:
    """PDF, PNG or JPEG; None for all else, archives among them, so that none is ever unpacked."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return None


def _png_pixels(content: bytes) -> int:
    if len(content) < 24:
        return 0
    width, height = struct.unpack(">II", content[16:24])
    return int(width * height)


def _jpeg_pixels(content: bytes) -> int:
    """From the first frame header; 0 if there is none."""
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return int(width * height)
        place += 2 + max(length, 2)
    return 0


def check_file(content: bytes) -> FileFault | None:
    if not content:
        return FileFault.EMPTY
    if len(content) > SIZE_MAX:
        return FileFault.TOO_LARGE
    kind = media_type(content)
    if kind is None:
        return FileFault.WRONG_KIND
    pixels = {"image/png": _png_pixels, "image/jpeg": _jpeg_pixels}.get(kind)
    return FileFault.TOO_MANY_PIXELS if pixels is not None and pixels(content) > PIXELS_MAX else None


def safe_name(name: str) -> str:
    """The last part of the name that the sender gave, without what could lead or mislead anywhere."""
    last = re.split(r"[/\\]", name)[-1]
    # Marks that turn the direction of writing make 'fdp.exe' look like 'exe.pdf'.
    plain = "".join(char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char) != "Cf")
    cleaned = _NOT_IN_NAMES.sub("_", plain).strip(" .")
    stem, dot, ending = cleaned.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: NAME_LENGTH_MAX - len(ending) - 1]}.{ending}" if stem else ending
    return cleaned[:NAME_LENGTH_MAX] or "file"
