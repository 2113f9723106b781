"""Two agents, a matter, a hand-over, and what may go wrong in the form."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from tests.casework_rows import make_record_class
from tests.database.staff import hire, sign_in
from tests.service.people import ask, fill_in, patron_of, sign_in_patron, start_draft
from tests.service.scanner_daemon import ScannerDaemon, infected_pdf
from tests.world import World
from torget.casework.cases.models import Case
from torget.foundation.cooperations.models import Municipality
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.fees.models import FeeHold
from torget.service.conversations.models import Contact, Conversation, Presence, Transfer
from torget.service.core.service_types import find_service_type, register_service_type
from torget.service.core.states import State
from torget.service.forms.attach import scan_waiting
from torget.service.forms.drafts import forget_drafts
from torget.service.forms.models import Attachment, Draft, FormVersion
from torget.service.forms.publish import publish_form


def path_of(conversation: Conversation, more: str = "") -> str:
    return f"/staff/conversations/{conversation.pk}/{more}"


def test_two_agents_see_each_other_and_lose_nothing(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    first, second = hire("agent", "porvoo"), hire_second("porvoo")
    one, two = sign_in(first), sign_in(second)
    one.get(path_of(conversation))
    two.post(path_of(conversation, "presence/"), {"body": "Jag skriver just nu", "version": "1"})
    seen = one.post(path_of(conversation, "presence/"), {"body": "Hej", "version": "1"}).content.decode()
    assert f"{second.full_name} is writing here" in seen
    assert "Something new has come" not in seen
    answer = {"body": "Första svaret", "then": "close", "version": "1"}
    assert one.post(path_of(conversation, "answer/"), answer).status_code == 302
    overtaken = two.post(path_of(conversation, "answer/"), {"body": "Andra svaret", "then": "close", "version": "1"})
    text = overtaken.content.decode()
    assert overtaken.status_code == 409
    assert "Första svaret" in text
    assert "torget-message--new" in text
    assert "Andra svaret" in text
    assert Presence.objects.get(employee=second).typed == "Andra svaret"
    assert conversation.contacts.filter(direction="out", channel="web").count() == 1


def hire_second(slug: str) -> Any:
    from torget.foundation.people.models import Employee, Role

    employee = Employee.objects.create_user(
        username=f"second.{slug}", password="torget-demo", email="y@example.fi", full_name="Second agent", language="en"
    )
    Role.objects.create(employee=employee, kind="agent", municipality=Municipality.objects.get(slug=slug))
    return employee


def test_the_same_answer_twice_is_one(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    client = sign_in(hire("agent", "porvoo"))
    answer = {"body": "Svar", "then": "keep", "version": "1"}
    assert [client.post(path_of(conversation, "answer/"), answer).status_code for _ in range(2)] == [302, 302]
    assert conversation.contacts.filter(direction="out", channel="web").count() == 1
    assert OutgoingEmail.objects.filter(is_automatic=False).count() == 1


def test_a_ready_answer_goes_below_what_is_typed_without_scripts(world: World) -> None:
    from torget.service.conversations.models import AnswerTemplate

    text = {"sv": "Hej! {agent}, {municipality}", "fi": "Hei!", "en": "Hello!"}
    AnswerTemplate.objects.create(slug="hello", names=text, texts=text)
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    agent = hire("agent", "porvoo")
    client = sign_in(agent)
    client.post(
        path_of(conversation, "answer/"), {"body": "Först:", "template": "hello", "insert": "1", "version": "1"}
    )
    page = client.get(path_of(conversation)).content.decode()
    assert f"Först:\n\nHej! {agent.full_name}, Borgå" in page


def test_notes_close_reopen_and_assign(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    agent = hire("agent", "porvoo")
    client = sign_in(agent)
    client.post(path_of(conversation, "note/"), {"note": "Ring disken"})
    assert "Ring disken" not in Client().get(f"/errand/{conversation.token}/").content.decode()
    client.post(path_of(conversation, "assign/"), {"agent": str(agent.pk)})
    conversation.refresh_from_db()
    assert conversation.agent == agent
    stranger = hire("agent", "sipoo")
    client.post(path_of(conversation, "assign/"), {"agent": str(stranger.pk)})
    conversation.refresh_from_db()
    assert conversation.agent == agent
    client.post(path_of(conversation, "close/"), {"reason": "", "version": str(conversation.version)})
    conversation.refresh_from_db()
    assert conversation.state == State.WAITING
    client.post(path_of(conversation, "close/"), {"reason": "Dubblett", "version": str(conversation.version)})
    conversation.refresh_from_db()
    assert conversation.state == State.CLOSED
    assert FeeHold.objects.filter(ended_at=None).count() == 0
    client.post(path_of(conversation, "reopen/"), {"version": str(conversation.version)})
    conversation.refresh_from_db()
    assert conversation.state == State.WAITING
    assert FeeHold.objects.filter(ended_at=None).count() == 1


def test_the_rows_that_tell_what_happened_only_grow(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    for row in (conversation.contacts.first(), conversation.events.first()):
        assert row is not None
        for change in (row.delete, row.save):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    with pytest.raises(DatabaseError), transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(state="asked")
    connection.close()


def test_a_conversation_becomes_a_matter_and_keeps_its_ids(world: World) -> None:
    make_record_class()
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    client = sign_in(hire("agent", "porvoo"))
    for _ in range(2):
        client.post(path_of(conversation, "promote/"), {"version": "1"})
    case = Case.objects.get()
    conversation.refresh_from_db()
    assert conversation.case_id == case.pk
    assert conversation.state == State.CLOSED
    assert case.origin == f"conversation:{conversation.pk}"
    assert case.subject["claim"] == "returned_in_time"
    assert case.subject["fee_reference"] == "11"
    assert "text" not in case.subject
    assert [document.kind for document in case.documents.order_by("number")] == ["application"]
    assert FeeHold.objects.get().ended_at is None
    page = Client().get(f"/errand/{conversation.token}/").content.decode()
    assert case.number in page


def test_a_hand_over_is_offered_returned_and_accepted(world: World) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    porvoo, sipoo = sign_in(hire("agent", "porvoo")), sign_in(hire("agent", "sipoo"))
    to = Municipality.objects.get(slug="sipoo").pk
    porvoo.post(path_of(conversation, "note/"), {"note": "Hemligt hos oss"})
    offer = {"municipality": str(to), "reason": "Lånet gjordes i Sibbo", "version": "2"}
    for _ in range(2):
        porvoo.post(path_of(conversation, "offer/"), offer)
    transfer = Transfer.objects.get()
    assert sipoo.get(path_of(conversation)).status_code == 404
    page = sipoo.get(f"/staff/conversations/offered/{transfer.pk}/").content.decode()
    assert "Jag lämnade boken i tid." in page
    assert "Hemligt hos oss" not in page
    sipoo.post(f"/staff/conversations/offered/{transfer.pk}/return/", {"reason": "Inte vår"})
    transfer.refresh_from_db()
    assert transfer.state == Transfer.State.RETURNED
    conversation.refresh_from_db()
    assert conversation.municipality.slug == "porvoo"
    porvoo.post(path_of(conversation, "offer/"), {**offer, "version": str(conversation.version)})
    second = Transfer.objects.get(state=Transfer.State.OFFERED)
    sipoo.post(f"/staff/conversations/offered/{second.pk}/accept/")
    assert sipoo.post(f"/staff/conversations/offered/{second.pk}/accept/").status_code == 404
    conversation.refresh_from_db()
    assert conversation.municipality.slug == "sipoo"
    assert conversation.clock_since is not None
    second.refresh_from_db()
    assert conversation.clock_since == second.answered_at
    taken = sipoo.get(path_of(conversation)).content.decode()
    assert "Jag lämnade boken i tid." in taken
    assert "Hemligt hos oss" not in taken
    assert "Lånet gjordes i Sibbo" not in taken
    assert porvoo.get(path_of(conversation)).status_code == 404
    told = [letter.body for letter in OutgoingEmail.objects.filter(body__contains="Sibbo").order_by("pk")]
    assert len(told) == 4  # offered, given back, offered, accepted
    errand = Client().get(f"/errand/{conversation.token}/").content.decode()
    assert "Sipoo" in errand or "Sibbo" in errand


def test_a_version_retired_meanwhile_stays_with_its_draft(world: World) -> None:
    client = sign_in_patron(patron_of(world))
    draft = start_draft(client, 11)
    old = find_service_type("fee_dispute")
    changed = {**old.form, "steps": [*old.form["steps"], {**old.form["steps"][1], "id": "more"}]}
    changed["steps"][2] = {
        "id": "more",
        "titles": {"sv": "Mer", "fi": "Lisää", "en": "More"},
        "fields": [{"id": "extra", "kind": "text", "required": True, "labels": {"sv": "x", "fi": "x", "en": "x"}}],
    }
    try:
        from dataclasses import replace

        newer = replace(old, form=changed)
        register_service_type(newer)
        assert publish_form(service_type=newer, at=timezone.now()).version == 2
        fill_in(client, draft)
        assert client.post(f"{draft}check/").status_code == 302
    finally:
        register_service_type(old)
    sent = Draft.objects.get(sent_at__isnull=False)
    assert sent.form.version == 1
    assert sent.form.retired_at is not None
    assert FormVersion.objects.count() == 2


def test_a_draft_goes_on_elsewhere_by_its_link_and_ends_in_time(world: World) -> None:
    client = sign_in_patron(patron_of(world))
    draft = start_draft(client, 11)
    client.post(f"{draft}step/claim/", {"claim": "other", "text": "Halv text", "later": "1"})
    elsewhere = Client()
    assert "Halv text" in elsewhere.get(f"{draft}step/claim/").content.decode()
    assert elsewhere.get(draft)["Location"].endswith("/step/contact/")
    assert start_draft(client, 11) == draft
    for _ in range(5):
        elsewhere.post(f"{draft}later/", {"email": "asa@example.fi"})
    assert OutgoingEmail.objects.filter(about__startswith="draft:").count() == 3
    Draft.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert elsewhere.get(draft).status_code == 404
    assert forget_drafts(at=timezone.now()) == 1
    assert Draft.objects.count() == 0


def test_hostile_text_is_shown_and_never_run(world: World) -> None:
    client = sign_in_patron(patron_of(world))
    draft = start_draft(client, 11)
    hostile = "<script>alert(1)</script>\x00 {{ 7|add:7 }} Min kod 010190-123A"
    fill_in(client, draft, text=hostile)
    token = client.post(f"{draft}check/")["Location"].split("/")[2]
    conversation = Conversation.objects.get(token=token)
    agent = sign_in(hire("agent", "porvoo"))
    for page in (
        agent.get("/staff/conversations/"),
        agent.get(path_of(conversation)),
        Client().get(f"/errand/{token}/"),
    ):
        text = page.content.decode()
        assert "<script>alert(1)" not in text
        assert "{{ 7" in text
    assert "010190-123A" not in agent.get("/staff/conversations/").content.decode()
    assert not OutgoingEmail.objects.filter(body__contains="010190-123A").exists()


def upload(name: str, content: bytes) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_files_are_scanned_and_viruses_are_gone(world: World, scanned: ScannerDaemon) -> None:
    client = sign_in_patron(patron_of(world))
    draft = start_draft(client, 11)
    step = f"{draft}step/claim/"
    assert client.post(step, {"file": upload("kvitto.pdf", b"%PDF-1.4 fine"), "attach": "1"}).status_code == 302
    assert "Välj först en fil" in client.post(step, {"attach": "1"}).content.decode()
    refused = client.post(step, {"file": upload("virus.pdf", infected_pdf()), "attach": "1"})
    assert refused.status_code == 422
    bomb = client.post(step, {"file": upload("bomb.pdf", b"PK\x03\x04" + bytes(1000)), "attach": "1"})
    large = client.post(step, {"file": upload("large.pdf", b"%PDF-" + bytes(6 * 1024 * 1024)), "attach": "1"})
    assert (bomb.status_code, large.status_code) == (422, 422)
    states = dict(Attachment.objects.values_list("name", "state"))
    assert states == {"kvitto.pdf": "clean", "virus.pdf": "infected"}
    assert bytes(Attachment.objects.get(name="virus.pdf").content) == b""
    fill_in(client, draft)
    token = client.post(f"{draft}check/")["Location"].split("/")[2]
    conversation = Conversation.objects.get(token=token)
    clean = Attachment.objects.get(name="kvitto.pdf")
    agent = sign_in(hire("agent", "porvoo"))
    given = agent.get(path_of(conversation, f"files/{clean.pk}/"))
    assert given.content == b"%PDF-1.4 fine"
    assert given["Content-Disposition"] == 'attachment; filename="kvitto.pdf"'
    gone = Attachment.objects.get(name="virus.pdf")
    assert agent.get(path_of(conversation, f"files/{gone.pk}/")).status_code == 404


def test_while_the_scanner_is_down_files_wait(world: World, scanned: ScannerDaemon) -> None:
    client = sign_in_patron(patron_of(world))
    draft = start_draft(client, 11)
    scanned.stop()
    try:
        step = f"{draft}step/claim/"
        assert client.post(step, {"file": upload("a.pdf", b"%PDF-1.4 a"), "attach": "1"}).status_code == 302
        assert client.post(step, {"file": upload("b.pdf", infected_pdf()), "attach": "1"}).status_code == 302
        fill_in(client, draft)
        token = client.post(f"{draft}check/")["Location"].split("/")[2]
        waiting = Attachment.objects.get(name="a.pdf")
        assert Client().get(f"/errand/{token}/files/{waiting.pk}/").status_code == 404
        assert scan_waiting(at=timezone.now()) == 0
    finally:
        scanned.start()
    assert scan_waiting(at=timezone.now()) == 2
    assert Client().get(f"/errand/{token}/files/{waiting.pk}/").status_code == 200
    infected = Attachment.objects.get(name="b.pdf")
    assert (infected.state, bytes(infected.content)) == ("infected", b"")
    assert Client().get(f"/errand/{token}/files/{infected.pk}/").status_code == 404


def test_a_municipality_without_a_queue_gives_its_contacts(world: World) -> None:
    client = sign_in_patron(patron_of(world, branch="RAS/PK"))
    page = client.get("/fees/11/question/").content.decode()
    assert "library@raasepori.example.fi" in page
    client.post("/fees/11/question/start/")
    assert Draft.objects.count() == 0


def test_a_fee_of_somebody_else_is_none(world: World) -> None:
    patron_of(world, 2)
    client = sign_in_patron(patron_of(world, 1))
    assert client.get("/fees/21/question/").status_code == 404
    assert client.post("/fees/21/question/start/").status_code == 404
    assert Contact.objects.count() == 0
