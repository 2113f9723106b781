"""A patron at a browser of the test, from the fee to the sent question."""

from typing import Any

from django.test import Client

from tests.database.staff import browser
from tests.world import World, make_fee, make_patron
from torget.sandbox.population import SandboxPatron
from torget.service.conversations.models import Conversation

ANSWERS = {"claim": "returned_in_time", "text": "Jag lämnade boken i tid."}
CONTACT = {"name": "Åsa Övre", "email": "asa@example.fi"}


def patron_of(world: World, patron_id: int = 1, branch: str = "PRV/PK", **fee: Any) -> SandboxPatron:
    patron = make_patron(patron_id, make_fee(patron_id * 10 + 1, 1200, branch, **fee))
    world.add(patron)
    return patron


def sign_in_patron(patron: SandboxPatron, language: str = "sv") -> Client:
    client = browser()
    client.cookies["torget_language"] = language
    answer = client.post("/", {"card_number": patron.card_number, "pin": patron.pin})
    assert answer.status_code == 302, answer.content.decode()
    return client


def start_draft(client: Client, fee: int) -> str:
    """The address of the draft, /draft/…/"""
    answer = client.post(f"/fees/{fee}/question/start/")
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def fill_in(client: Client, draft: str, **more: Any) -> None:
    assert client.post(f"{draft}step/claim/", {**ANSWERS, **more}).status_code == 302
    assert client.post(f"{draft}step/contact/", CONTACT).status_code == 302


def ask(client: Client, fee: int) -> Conversation:
    draft = start_draft(client, fee)
    fill_in(client, draft)
    sent = client.post(f"{draft}check/")
    assert sent.status_code == 302
    return Conversation.objects.get(token=sent["Location"].split("/")[2])
