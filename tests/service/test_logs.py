"""A personal identity code in a letter reaches no log, whatever goes wrong with the letter."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DataError, connection, transaction

from tests.database.staff import hire, sign_in
from tests.service.people import fill_in, patron_of, sign_in_patron, start_draft
from tests.world import World
from torget.service.conversations.models import Conversation

CODE = "131052-308T"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the configured formatter writes of everything that is logged."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    formatters: Any = settings.LOGGING["formatters"]
    handler.setFormatter(logging.config.DictConfigurator({}).configure_formatter(dict(formatters["json"])))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_letter_with_a_code(world: World, log: io.StringIO) -> None:
    resident = sign_in_patron(patron_of(world))
    draft = start_draft(resident, 11)
    fill_in(resident, draft, text=f"Hej!\n{CODE} är min kod.")
    resident.post(f"{draft}check/")
    conversation = Conversation.objects.get()
    assert CODE in conversation.contacts.earliest("pk").body
    agent = sign_in(hire("agent", "porvoo"))
    assert CODE not in agent.get("/staff/conversations/").content.decode()
    agent.get(f"/staff/conversations/{conversation.pk}/")
    agent.post(f"/staff/conversations/{conversation.pk}/note/", {"note": f"Koden {CODE}"})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {"draft-check", "staff-conversation-note"} <= {line.get("view") for line in lines}
    assert CODE not in log.getvalue()


def test_a_row_that_the_database_quotes(world: World, log: io.StringIO) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s::int", [f"Min kod är\n{CODE}"])
    except DataError:
        logging.getLogger("torget.request").exception("unhandled %s", CODE, extra={"detail": {"typed": [CODE]}})
    (line,) = [json.loads(line) for line in log.getvalue().splitlines() if '"unhandled' in line]
    assert "invalid input syntax" in line["exc_info"]
    assert "******-****" in line["exc_info"]
    assert CODE not in log.getvalue()
