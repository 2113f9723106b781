"""Finding the messages in a pasted text: a server's log, a terminal, an e-mail of the supplier."""

import re
from collections.abc import Iterator, Mapping

LINES_MAX = 200
TEXT_LENGTH_MAX = 60_000

_DATE = r"\d{8}.{4}\d{6}"
# By what a message is known inside a line: log lines begin with a time, a direction, the name of a process.
SHAPES: Mapping[str, str] = {
    "23": rf"23\d{{3}}{_DATE}",
    "24": rf"24[ YN]{{14}}.{{3}}{_DATE}",
    "35": rf"35{_DATE}",
    "36": rf"36[YN]{_DATE}",
    "37": rf"37{_DATE}\d{{4}}[A-Z]{{3}}",
    "38": rf"38(?:[YN]{_DATE}|{_DATE}[YN])",
    "63": rf"63\d{{3}}{_DATE}[ YN]{{10}}",
    "64": rf"64[ YN]{{14}}.{{3}}{_DATE}[ \d]{{24}}",
    "93": r"93[0-9]{2}CN",
    "94": r"94[01](?=A|$)",
    "98": rf"98[YN]{{6}}[ \d]{{6}}{_DATE}\d\.\d\d",
    "99": r"99\d{4}\d\.\d\d",
}
_MESSAGE = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(SHAPES.values())})")
# The beginning of a message and a field of it, in a line where no message is whole.
_BROKEN = re.compile(r"(?<![0-9A-Za-z])(?P<command>24|38|63|64)(?=[ YN\d]).*?\bAA[^|]*\|")
# How the end of a line is written in logs that show control characters.
_SHOWN_ENDS = re.compile(r"\\r|\\n|<CR>|<LF>|\^M", re.IGNORECASE)


_SECRET_FIELD = re.compile(r"(?<=[|0-9YN ])(?P<code>AD|AC|CO)(?P<value>[^|\r\n]+)\|")
_TRAILER = re.compile(r"(?:AY[0-9])?AZ[0-9A-Fa-f]{4}")
HIDDEN = "…"


def hide_secrets(text: str) -> str:
    """The text without PINs and passwords; a line that lost one loses its checksum too, which would be wrong now."""
    return "".join(_without_secrets(line) for line in text.splitlines(keepends=True))


def _without_secrets(line: str) -> str:
    hidden = _SECRET_FIELD.sub(rf"\g<code>{HIDDEN}|", line)
    return line if hidden == line else _TRAILER.sub("", hidden)


def find_messages(text: str) -> Iterator[tuple[str, bool]]:
    """Each message of the text with whether it is whole; of a broken one only its command."""
    lines = _SHOWN_ENDS.sub("\n", text[:TEXT_LENGTH_MAX]).splitlines()
    for line in lines[:LINES_MAX]:
        whole = _MESSAGE.search(line)
        if whole:
            yield line[whole.start() :].rstrip(), True
            continue
        broken = _BROKEN.search(line)
        if broken:
            yield broken["command"], False
