"""From a catalogue's pages to ours without the PIN: once, for some minutes, and only for the client's own patrons."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.client import Program, problem, program
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.payments.api.models import HandOff
from torget.payments.api.scopes import Scope
from torget.sandbox.koha import Fault

CARD = "26380000000001"


@pytest.fixture
def finna(world: World) -> Program:
    world.add(make_patron(1, make_fee(11, 115)))
    return program()


def link_of(finna: Program) -> str:
    answer = finna.post("hand-offs", {"card_number": CARD, "language": "sv"})
    assert answer.status_code == 201, answer.content
    return str(urlsplit(answer.json()["url"]).path)


def test_a_link_signs_in_once(finna: Program) -> None:
    link, browser = link_of(finna), Client()
    assert CARD not in link
    page = browser.get(link)
    assert "•••• 0001" in page.content.decode()
    assert "Du behöver ingen PIN-kod här" in page.content.decode()
    assert browser.get("/fees/").status_code == 302
    assert browser.post(link).headers["Location"] == "/fees/"
    assert "1,15" in browser.get("/fees/").content.decode()
    assert not HandOff.objects.exists()
    assert Client().post(link).status_code == Client().get(link).status_code == 410
    assert list(AuditEntry.objects.filter(action__contains="hand-off").values_list("action", flat=True)) == [
        "make hand-off",
        "hand-off used",
    ]


def test_a_link_that_is_old_guessed_or_of_a_stopped_program_opens_nothing(finna: Program) -> None:
    link = link_of(finna)
    HandOff.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(link).status_code == 410
    second = link_of(finna)
    finna.row.stopped_at = timezone.now()
    finna.row.save()
    assert Client().post(second).status_code == 410
    assert Client().post(f"/hand-off/{'a' * 43}/").status_code == 410


def test_the_link_outlives_a_library_system_that_is_away(finna: Program, world: World) -> None:
    link, browser = link_of(finna), Client()
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1)
    assert browser.post(link).status_code == 503
    world.koha.faults.clear()
    assert browser.post(link).status_code == 302


def test_only_for_patrons_of_the_programs_own_municipalities(finna: Program) -> None:
    hanko = program("Hanko", slugs=("hanko",))
    assert problem(hanko.post("hand-offs", {"card_number": CARD}), 404) == "card_not_found"
    reader = program("Reader", scopes=(Scope.READ_FEES.value,))
    assert problem(reader.post("hand-offs", {"card_number": CARD}), 403) == "missing_scope"
    assert not HandOff.objects.exists()
