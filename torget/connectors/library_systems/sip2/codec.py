"""SIP2 frames: bytes to messages and back, with the checksum counted over the bytes as they are on the wire.

A frame is a two-digit command, fixed fields of known length, then fields 'XXvalue|' in any order, some repeated, and
at the end, if error detection is on, 'AY' with a sequence digit and 'AZ' with four hexadecimal digits.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

FIXED_LENGTHS = {
    "23": 21,
    "24": 35,
    "35": 18,
    "36": 19,
    "37": 25,
    "38": 19,
    "63": 31,
    "64": 59,
    "93": 2,
    "94": 1,
    "96": 0,
    "97": 0,
    "98": 34,
    "99": 8,
}
LINE_ENDS = b"\r\n"
_TRAILER = re.compile(rb"(?:AY(?P<sequence>[0-9]))?AZ(?P<checksum>[0-9A-Fa-f]{4})\Z")
# What has no code is the rest of a value in which a server let a separator through: it is left out.
_FIELD_CODE = re.compile(rb"[A-Z][A-Z0-9]")
_UNSENDABLE = re.compile(r"[|\x00-\x1f\x7f]")


class MalformedFrame(ValueError):
    """The bytes are not a message of the protocol; the text names no field value, for it may be personal."""


class UnsendableText(ValueError):
    """A value that would break out of its field, or that the site's encoding cannot write."""


class Checksum(Enum):
    ABSENT = "absent"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    command: str
    fixed: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    """In the order of the wire; an empty value is not the same as an absent field."""
    sequence: int | None = None

    def get(self, code: str) -> str | None:
        """The first value of a field, None if the message does not carry it."""
        return next((value for name, value in self.fields if name == code), None)

    def get_all(self, code: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.fields if name == code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    message: Message
    checksum: Checksum
    is_ascii: bool
    """False: a wrong checksum may only mean that the server counted another encoding than it sent."""


def checksum_of(data: bytes) -> bytes:
    """Four hexadecimal digits that bring the sum of all bytes up to and including 'AZ' to zero."""
    return b"%04X" % (-sum(data) & 0xFFFF)


def sip_date(moment: datetime) -> str:
    """Local time: four blanks where a time zone could stand."""
    return moment.strftime("%Y%m%d    %H%M%S")


def check_sendable(value: str, *, encoding: str) -> None:
    """Raise UnsendableText rather than let a value forge a field or a second message."""
    if _UNSENDABLE.search(value):
        raise UnsendableText("a value holds a separator or a control character")
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        raise UnsendableText(f"a value cannot be written in {encoding}") from None


def encode(message: Message, *, encoding: str, terminator: bytes, with_checksum: bool = True) -> bytes:
    """A frame ready to send; raises UnsendableText."""
    parts = [message.command, message.fixed]
    for code, value in message.fields:
        check_sendable(value, encoding=encoding)
        parts.append(f"{code}{value}|")
    data = "".join(parts).encode(encoding)
    if with_checksum:
        if message.sequence is not None:
            data += b"AY%d" % message.sequence
        data += b"AZ"
        data += checksum_of(data)
    return data + terminator


def decode(frame: bytes, *, encoding: str) -> Received:
    """Read one frame without caring how its line ends; a byte that the encoding lacks becomes a replacement sign."""
    body = frame.strip(LINE_ENDS)
    command = body[:2].decode("ascii", "replace")
    length = FIXED_LENGTHS.get(command)
    if length is None:
        raise MalformedFrame("unknown command")
    content, sequence, checksum = _split_trailer(body, length)
    fixed = content[2 : 2 + length]
    if len(fixed) < length:
        raise MalformedFrame(f"message {command} is too short")
    if not fixed.isascii():
        raise MalformedFrame(f"message {command} has letters in its fixed part")
    parts = content[2 + length :].split(b"|")
    fields = tuple(_read_field(part, encoding) for part in parts if _FIELD_CODE.match(part))
    message = Message(command=command, fixed=fixed.decode("ascii"), fields=fields, sequence=sequence)
    return Received(message=message, checksum=checksum, is_ascii=body.isascii())


def _split_trailer(body: bytes, fixed_length: int) -> tuple[bytes, int | None, Checksum]:
    """Cut 'AYnAZxxxx' off the end, only where a field could begin: a value may end in the same letters."""
    found = _TRAILER.search(body)
    if not found or not (found.start() == 2 + fixed_length or body[: found.start()].endswith(b"|")):
        return body, None, Checksum.ABSENT
    is_right = checksum_of(body[:-4]) == found["checksum"].upper()
    sequence = int(found["sequence"]) if found["sequence"] else None
    return body[: found.start()], sequence, Checksum.RIGHT if is_right else Checksum.WRONG


def _read_field(part: bytes, encoding: str) -> tuple[str, str]:
    return part[:2].decode("ascii"), part[2:].decode(encoding, "replace")
