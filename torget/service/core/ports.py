"""What customer service needs from outside: a virus scanner and a mailbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class ScannerDown(Exception):
    """The scanner gave no verdict; what it was asked about must wait."""


class Scanner(Protocol):
    def scan(self, content: bytes) -> str:
        """The name of what was found, or '' for nothing. Raise ScannerDown."""
        ...


class MailboxDown(Exception):
    """The mail server cannot be reached or refuses us; nothing was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    uid: str
    """The mailbox's own name for it."""
    content: bytes
    """The message as it came; only its beginning when `size` says more."""
    size: int


class Mailbox(Protocol):
    def waiting(self, *, count_max: int, size_max: int) -> Iterator[RawMail]:
        """The oldest messages that nobody has taken yet. Raise MailboxDown."""
        ...

    def take(self, uids: list[str]) -> None:
        """Put them where they are not seen again. Raise MailboxDown."""
        ...
