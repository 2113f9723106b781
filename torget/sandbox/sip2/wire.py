"""The sandbox's own reading and writing of frames, apart from the connector's, so that an error is not made twice."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\s*([-+]?)(\d*)(?:\.(\d*))?")
_FIXED = {"93": 2, "99": 8, "23": 21, "63": 31, "37": 25, "35": 18, "97": 0}


@dataclass(frozen=True, slots=True)
class Request:
    command: str
    fixed: str
    fields: dict[str, str]
    sequence: str
    """'AY3', or '' when the client does without error detection."""
    is_sound: bool

    def field(self, code: str) -> str:
        return self.fields.get(code, "")


def add_up(data: bytes) -> str:
    return f"{(0x10000 - sum(data) % 0x10000) % 0x10000:04X}"


def read_request(line: bytes, encoding: str) -> Request | None:
    """None for what is no message that this server knows."""
    command = line[:2].decode("ascii", "replace")
    if command not in _FIXED:
        return None
    content, mark, digits = line.rpartition(b"AZ")
    is_checked = bool(mark) and len(digits) == 4
    is_sound = not is_checked or add_up(content + mark) == digits.decode("ascii", "replace").upper()
    text = (content if is_checked else line).decode(encoding, "replace")
    sequence = ""
    if is_checked and text[-3:-1] == "AY":
        text, sequence = text[:-3], text[-3:]
    width = _FIXED[command]
    fields = {part[:2]: part[2:] for part in text[2 + width :].split("|") if len(part) >= 2}
    return Request(command, text[2 : 2 + width], fields, sequence, is_sound)


def write_answer(text: str, sequence: str, encoding: str, counts_checksum_in: str | None = None) -> bytes:
    """The answer without its line end; error detection only if the request had it."""
    if not sequence:
        return text.encode(encoding, "replace")
    whole = f"{text}{sequence}AZ"
    return whole.encode(encoding, "replace") + add_up(whole.encode(counts_checksum_in or encoding, "replace")).encode()


def cents_as_perl_reads_them(text: str) -> int:
    """'0,10' is 0, 'abc' is 0, '-1.00' is minus a euro: what made real Koha book nothing, or the wrong way."""
    found = _NUMBER.match(text)
    sign, whole, fraction = found.groups() if found else ("", "", "")
    cents = int(whole or 0) * 100 + int(((fraction or "") + "00")[:2])
    return -cents if sign == "-" else cents


def euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
