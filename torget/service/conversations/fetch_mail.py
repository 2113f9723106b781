"""Fetch what waits in the mailbox. Each message is committed before it is put away: a crash between takes it once."""

import logging
from collections import Counter
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import cast

from django.conf import settings

from torget.service.conversations.take_mail import take_mail
from torget.service.core.mail import BYTES_MAX
from torget.service.core.ports import Mailbox

logger = logging.getLogger("torget.service")
BATCH = 50


@cache
def _build(backend: str, options: tuple[tuple[str, object], ...]) -> Mailbox:
    module, _dot, name = backend.rpartition(".")
    return cast("Mailbox", getattr(import_module(module), name)(**dict(options)))


def mailbox() -> Mailbox:
    return _build(settings.SERVICE_MAILBOX["BACKEND"], tuple(sorted(settings.SERVICE_MAILBOX["OPTIONS"].items())))


def fetch_mail(*, at: datetime) -> Counter[str]:
    """How many of each kind were taken. Raise MailboxDown."""
    box, taken = mailbox(), Counter[str]()
    done = []
    for raw in box.waiting(count_max=BATCH, size_max=BYTES_MAX):
        outcome = take_mail(raw, at=at)
        taken[outcome.value] += 1
        done.append(raw.uid)
        # The outcome only: senders and subjects are personal data.
        logger.info("mail taken", extra={"outcome": outcome.value, "bytes": raw.size})
    if done:
        box.take(done)
    return taken
