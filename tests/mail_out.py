"""Mail servers of a test's own, over real SMTP: what arrived, and addresses that nobody has."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings

from tests.service.mail_server import free_port


class KeptMail:
    """The handler of aiosmtpd: every letter with its envelope."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.envelope_senders: list[str] = []
        self.unknown: set[str] = set()
        self.is_dropping = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        self.envelope_senders.append(envelope.mail_from)
        if self.is_dropping:
            # Taken, and then the line breaks before the answer.
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[KeptMail]:
    kept = KeptMail()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=controller.port,
        PUBLIC_URL="https://torget.example.fi",
    ):
        yield kept
    controller.stop()
