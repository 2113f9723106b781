"""A mailbox over IMAP: read without marking, put away by moving, and never more bytes than asked for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4
from typing import Any

from imap_tools.errors import ImapToolsError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from torget.service.core.ports import MailboxDown, RawMail

ANSWER_SECONDS_MAX = 20.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_KINDS: dict[str, Any] = {"tls": MailBox, "starttls": MailBoxStartTls, "plain": MailBoxUnencrypted}


class ImapMailbox:
    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str,
        password: str,
        security: str = "tls",
        folder: str = "INBOX",
        taken_folder: str = "Taken",
    ) -> None:
        if security not in _KINDS:
            raise ValueError(f"security is {', '.join(_KINDS)}, and not {security}")
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._folder, self._taken_folder = folder, taken_folder

    @contextmanager
    def _signed_in(self) -> Iterator[BaseMailBox]:
        try:
            box = _KINDS[self._security](self._host, self._port, timeout=ANSWER_SECONDS_MAX)
            try:
                box.login(self._username, self._password, initial_folder=self._folder)
                yield box
            finally:
                # Also after a refused sign-in, which the package leaves connected.
                with suppress(IMAP4.error, OSError):
                    box.client.logout()
        except (ImapToolsError, IMAP4.error, OSError) as error:
            # The type only: the error's text may carry the user name.
            raise MailboxDown(type(error).__name__) from error

    def waiting(self, *, count_max: int, size_max: int) -> Iterator[RawMail]:
        """One connection for all; a message that is too large is fetched up to the limit."""
        with self._signed_in() as box:
            uids = sorted(box.uids(), key=int)[:count_max]
            found = [self._read(box, uid, size_max) for uid in uids]
        yield from (mail for mail in found if mail is not None)

    def _read(self, box: BaseMailBox, uid: str, size_max: int) -> RawMail | None:
        """None for one that another worker has put away meanwhile."""
        status, answer = box.client.uid("FETCH", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{size_max}>)")
        parts = [part for part in answer if isinstance(part, tuple)]
        if status != "OK" or not parts:
            return None
        size = _SIZE.search(b" ".join(bytes(part[0]) for part in parts))
        content = bytes(parts[0][1])
        return RawMail(uid=uid, content=content, size=int(size.group(1)) if size else len(content))

    def take(self, uids: list[str]) -> None:
        with self._signed_in() as box:
            if not box.folder.exists(self._taken_folder):
                box.folder.create(self._taken_folder)
            box.move(uids, self._taken_folder)
