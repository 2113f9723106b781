"""Read an incoming e-mail: what it says, which conversation it belongs to, and whether a person wrote it at all.

Everything in a message may be hostile: it is bounded before it is parsed, and only our own marks in it are believed.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from enum import StrEnum
from html.parser import HTMLParser

from torget.service.core.files import COUNT_MAX, SIZE_MAX
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX, is_email, tidy

BYTES_MAX = 15 * 1024 * 1024
PARTS_MAX = 60
_MESSAGE_ID_LENGTH_MAX = 300
_OURS = re.compile(r"<outgoing-(\d{1,12})@([^>\s]{1,200})>")
_GIVEN_UP = re.compile(rb"^Action:[ \t]*failed\b", re.IGNORECASE | re.MULTILINE)
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(automatic reply|out of office|automaattinen vastaus|poissa|autosvar|automatiskt svar|frånvaro)",
    re.IGNORECASE,
)


class Unreadable(Exception):
    """It cannot be taken apart safely; a person may look at it in the mailbox."""


class Writer(StrEnum):
    PERSON = "person"
    BOUNCE = "bounce"  #: a mail server says that ours did not arrive (RFC 3464)
    MACHINE = "machine"  #: out of office, a list, another robot (RFC 3834)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFile:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    message_id: str
    sender: str
    """The address in From; anybody can write anything there."""
    subject: str
    text: str
    writer: Writer
    tags: tuple[str, ...]
    """What stands after the plus in addresses of ours that it was sent to."""
    answers: tuple[int, ...]
    """Numbers of our own letters that it refers to."""
    has_failed: bool
    """Of a bounce: the mail server has given up, and is not only late (RFC 3464)."""
    is_authenticated: bool
    """Our own mail server says that the sender's domain stands for it."""
    files: tuple[MailFile, ...]


class _TextOfHtml(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - its signature
        if tag in ("script", "style", "head"):
            self._hidden += 1
        elif tag in ("br", "p", "div", "li", "tr"):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head"):
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))[:2000]
    except Exception:  # noqa: BLE001 - the parser raises many kinds on headers made to break it
        return ""


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):
        if number > PARTS_MAX:
            raise Unreadable("too many parts")
        if not part.is_multipart() and isinstance(part, EmailMessage):
            yield part


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content[: 4 * LONG_TEXT_LENGTH_MAX].decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return content[: 4 * LONG_TEXT_LENGTH_MAX].decode("utf-8", errors="replace")


def _text(message: EmailMessage) -> str:
    """The first plain text, else the words of the first HTML; without what was quoted below."""
    plain = html = ""
    for part in _leaves(message):
        if part.get_filename() or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_type() == "text/plain" and not plain:
            plain = _decoded(part)
        elif part.get_content_type() == "text/html" and not html:
            html = _decoded(part)
    if not plain and html:
        reader = _TextOfHtml()
        reader.feed(html)
        plain = re.sub(r"\n\s*\n\s*\n+", "\n\n", "".join(reader.parts))
    lines = tidy(plain).split("\n")
    while lines and (lines[-1].startswith(">") or not lines[-1].strip()):
        lines.pop()
    return "\n".join(lines)[:LONG_TEXT_LENGTH_MAX]


def _files(message: EmailMessage) -> tuple[MailFile, ...]:
    found: list[MailFile] = []
    for part in _leaves(message):
        name = part.get_filename() or ""
        if not name and part.get_content_disposition() != "attachment":
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and 0 < len(payload) <= SIZE_MAX and len(found) < COUNT_MAX:
            found.append(MailFile(name=name, content=payload))
    return tuple(found)


def _writer(message: EmailMessage) -> Writer:
    if message.get_content_type() == "multipart/report" or _header(message, "Return-Path").strip() == "<>":
        return Writer.BOUNCE
    automatic = _header(message, "Auto-Submitted").strip().lower()
    precedence = _header(message, "Precedence").strip().lower()
    is_machine = (
        (automatic not in ("", "no"))
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or any(message.get(name) is not None for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or _AUTOMATIC_SUBJECT.match(_header(message, "Subject")) is not None
    )
    return Writer.MACHINE if is_machine else Writer.PERSON


def _tags(message: EmailMessage, mailbox: str) -> tuple[str, ...]:
    user, _at, domain = mailbox.lower().partition("@")
    headers = [_header(message, name) for name in ("To", "Cc", "Delivered-To", "X-Original-To")]
    tags = []
    for _name, address in getaddresses([header for header in headers if header]):
        local, _at, its_domain = address.rpartition("@")
        name, plus, tag = local.partition("+")
        if plus and name.lower() == user and its_domain.lower() == domain:
            tags.append(tag)
    return tuple(dict.fromkeys(tags))


def _answers(message: EmailMessage, host: str, everything: bytes) -> tuple[int, ...]:
    """From the headers; a bounce carries our letter, with its Message-ID, inside."""
    where = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
    if message.get_content_type() == "multipart/report":
        where += everything[:200_000].decode("ascii", errors="replace")
    found = [int(number) for number, its_host in _OURS.findall(where) if its_host.lower() == host.lower()]
    return tuple(dict.fromkeys(found))


def _is_authenticated(message: EmailMessage, server: str) -> bool:
    """Only the topmost result counts, and only by our own server: the others may have come with the message."""
    results = message.get_all("Authentication-Results") or []
    if not server or not results:
        return False
    first = str(results[0])
    name = first.partition(";")[0].split()
    return bool(name) and name[0].lower() == server.lower() and re.search(r"\bdmarc=pass\b", first) is not None


def read_mail(content: bytes, *, mailbox: str, host: str, trusted_server: str) -> IncomingMail:
    """`mailbox`: our address; `host`: the right side of our Message-IDs. Raise Unreadable."""
    if len(content) > BYTES_MAX or content.count(b"boundary") > PARTS_MAX:
        raise Unreadable("too large, or nested too deeply")
    try:
        message = email.message_from_bytes(content, policy=policy.default)
        sender = parseaddr(_header(message, "From"))[1]
        return IncomingMail(
            message_id=_message_id(message, content),
            sender=sender if is_email(sender) else "",
            subject=tidy(_header(message, "Subject"))[:200],
            text=_text(message),
            writer=_writer(message),
            tags=_tags(message, mailbox),
            answers=_answers(message, host, content),
            has_failed=_GIVEN_UP.search(content[:200_000]) is not None,
            is_authenticated=_is_authenticated(message, trusted_server),
            files=_files(message),
        )
    except Unreadable:
        raise
    except Exception as error:
        # Python's parser raises many kinds of errors, RecursionError among them, on messages made to break it.
        raise Unreadable(type(error).__name__) from error


def _message_id(message: EmailMessage, content: bytes) -> str:
    """One without its own is known by its content, so that it too is taken once."""
    own = tidy(_header(message, "Message-ID"))
    return own if 0 < len(own) <= _MESSAGE_ID_LENGTH_MAX else f"sha256:{hashlib.sha256(content).hexdigest()}"
