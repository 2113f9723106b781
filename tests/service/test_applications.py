"""More time to pay, from the fee page to the decision and back, with nobody at work; and what follows into a matter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tests.casework.test_pages import text_of
from tests.casework_rows import make_record_class
from tests.database.staff import hire, sign_in
from tests.service.people import ask, patron_of, sign_in_patron
from tests.service.scanner_daemon import ScannerDaemon, infected_pdf
from tests.service.test_conversations import path_of
from tests.world import World
from torget.casework.cases.models import Case
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.drafts import ChangedMeanwhile, lock_draft
from torget.casework.decisions.models import DecisionMaker, Power
from torget.casework.decisions.prepare import install_model, prepare_case
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.foundation.people.models import Role
from torget.payments.fees.models import FeeHold, PaymentTime
from torget.service.conversations.follow import follow_files
from torget.service.conversations.models import Conversation
from torget.service.conversations.queries import open_queue
from torget.service.conversations.reply import add_reply
from torget.service.core.states import State
from torget.service.forms.attach import scan_waiting
from torget.service.forms.models import Attachment


def texts(text: str) -> dict[str, str]:
    return dict.fromkeys(("sv", "fi", "en"), text)


def someone_may_decide() -> None:
    make_record_class()
    maker = DecisionMaker.objects.create(
        municipality=Municipality.objects.get(slug="porvoo"), code="librarian", titles=texts("Head"),
        organ_above=texts("board"), contact_name="L", contact_email="l@example.fi", contact_phone="1",
    )  # fmt: skip
    Power.objects.create(decision_maker=maker, procedure="payment_time", limit_cents=5000, basis=texts("24 §"))


def apply_for_time(client: Client, fee: int, pay_by: date) -> Conversation:
    started = client.post(f"/fees/{fee}/question/start/", {"kind": "payment_time"})
    draft = str(started["Location"])
    answers = {"pay_by_day": pay_by.day, "pay_by_month": pay_by.month, "pay_by_year": pay_by.year}
    wrong = client.post(f"{draft}step/time/", {**answers, "pay_by_month": 13, "ground": "finances"})
    assert wrong.status_code == 422
    assert 'value="13"' in wrong.content.decode()
    step = client.post(f"{draft}step/time/", {**answers, "ground": "finances", "address_in_finland": "yes"})
    assert step.status_code == 302, step.content.decode()
    assert client.post(f"{draft}step/contact/", {"name": "Aino", "email": "aino@example.fi"}).status_code == 302
    sent = client.post(f"{draft}check/")
    return Conversation.objects.get(token=sent["Location"].split("/")[2])


def test_an_application_is_a_matter_when_it_is_sent(world: World) -> None:
    someone_may_decide()
    client = sign_in_patron(patron_of(world), "fi")
    pay_by = datetime.now(UTC).date() + timedelta(days=60)
    conversation = apply_for_time(client, 11, pay_by)
    case = Case.objects.get()
    assert (conversation.case_id, conversation.state) == (case.pk, State.CLOSED)
    assert {key: case.subject[key] for key in ("channel", "ground", "address_in_finland", "fee_reference")} == {
        "channel": "form", "ground": "finances", "address_in_finland": "yes", "fee_reference": "11",
    }  # fmt: skip
    assert case.subject["pay_by"] == pay_by.isoformat()
    assert FeeHold.objects.get().ended_at is None
    porvoo = Municipality.objects.get(slug="porvoo").pk
    assert not open_queue(Access(employee_id=0, agent=frozenset({porvoo}))).exists()
    assert case.number in client.get(f"/errand/{conversation.token}/").content.decode()


def test_where_nobody_can_decide_it_an_agent_answers(world: World) -> None:
    conversation = apply_for_time(sign_in_patron(patron_of(world), "fi"), 11, date(2030, 1, 1))
    assert (conversation.case_id, conversation.state) == (None, State.WAITING)


def test_the_fee_page_says_until_when_it_may_be_paid(world: World) -> None:
    client = sign_in_patron(patron_of(world), "sv")
    fee = {"library_system": "helle", "patron_reference": "1", "fee_reference": "11"}
    for key, until in (("decision:1:1", date(2027, 1, 15)), ("decision:2:1", date(2027, 2, 20))):
        PaymentTime.objects.create(key=key, until=until, granted_at=timezone.now(), **fee)
    page = client.get("/fees/").content.decode()
    assert "Betala senast 20.2.2027" in page
    assert "Du har beviljats betalningstid till 20.2.2027" in page
    assert "15.1.2027" not in page


def pdf(name: str, content: bytes) -> Any:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_files_of_a_reply_are_scanned_and_shown(world: World, scanned: ScannerDaemon) -> None:
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    page, path = Client(), f"/errand/{conversation.token}/"
    sent = {"body": "Här är kvittot.", "attachments": [pdf("a.pdf", b"%PDF-1 a"), pdf("b.pdf", infected_pdf())]}
    assert page.post(path, sent).status_code == 302
    again = {"body": "Här är kvittot.", "attachments": [pdf("a.pdf", b"%PDF-1 a"), pdf("b.pdf", infected_pdf())]}
    assert page.post(path, again).status_code == 302
    assert dict(Attachment.objects.values_list("name", "state")) == {"a.pdf": "clean", "b.pdf": "infected"}
    refused = page.post(path, {"body": "En till", "attachments": [pdf("c.zip", b"PK\x03\x04")]})
    assert refused.status_code == 422
    assert "En till" in refused.content.decode()
    many = [pdf(f"{number}.pdf", b"%PDF-1 " + str(number).encode()) for number in range(6)]
    assert page.post(path, {"body": "", "attachments": many}).status_code == 422
    large = page.post(path, {"body": "Stor", "attachments": [pdf("l.pdf", b"%PDF-" + bytes(6 * 1024 * 1024))]})
    assert large.status_code == 422
    assert page.post(path, {"body": ""}).status_code == 422
    assert conversation.contacts.filter(direction="in").count() == 2
    assert page.post(path, {"attachments": [pdf("d.pdf", b"%PDF-1 d")]}).status_code == 302
    assert conversation.contacts.filter(direction="in").count() == 3


def test_what_waits_for_the_scanner_follows_into_the_matter(world: World, scanned: ScannerDaemon) -> None:
    make_record_class()
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    path = f"/errand/{conversation.token}/"
    scanned.stop()
    try:
        Client().post(
            path, {"body": "Kvittot", "attachments": [pdf("a.pdf", b"%PDF-1 a"), pdf("b.pdf", infected_pdf())]}
        )
        conversation.refresh_from_db()
        agent = sign_in(hire("agent", "porvoo"))
        agent.post(path_of(conversation, "promote/"), {"version": str(conversation.version)})
        case = Case.objects.get()
        assert [one.kind for one in case.documents.order_by("number")] == ["application", "message"]
        assert follow_files(at=timezone.now()) == 0
    finally:
        scanned.start()
    assert scan_waiting(at=timezone.now()) == 2
    assert [follow_files(at=timezone.now()) for _ in range(2)] == [1, 0]
    Client().post(path, {"body": "Och ett till", "attachments": [pdf("c.pdf", b"%PDF-1 c")]})
    assert follow_files(at=timezone.now()) == 1
    assert [one.title for one in case.documents.filter(kind="attachment").order_by("number")] == ["a.pdf", "c.pdf"]
    assert bytes(case.documents.get(kind="message", title__endswith=" 3").content).decode() == "Och ett till"


def test_what_the_person_writes_before_the_decision_is_for_the_preparer(world: World) -> None:
    """The draft must be read again before it is signed, and no agent's clock starts; after the decision one's does."""
    someone_may_decide()
    conversation = apply_for_time(sign_in_patron(patron_of(world), "fi"), 11, date(2030, 1, 1))
    case = Case.objects.get()
    install_model(procedure=find_procedure("payment_time"), at=timezone.now())
    draft = prepare_case(case=case, actor="worker", at=timezone.now())
    Client().post(f"/errand/{conversation.token}/", {"body": "Sain työpaikan."})
    conversation.refresh_from_db()
    assert conversation.state == State.CLOSED
    assert conversation.events.filter(kind="replied").count() == 1
    with transaction.atomic(), pytest.raises(ChangedMeanwhile):
        lock_draft(draft.pk, draft.version)
    Case.objects.update(state=Case.State.DECIDED, unread_since=None)
    Client().post(f"/errand/{conversation.token}/", {"body": "Entä nyt?"})
    conversation.refresh_from_db()
    case.refresh_from_db()
    assert (conversation.state, case.unread_since) == (State.WAITING, None)


def test_what_the_person_writes_is_new_for_all_who_prepare_until_one_has_read_it(world: World) -> None:
    someone_may_decide()
    conversation = apply_for_time(sign_in_patron(patron_of(world), "fi"), 11, date(2030, 1, 1))
    case = Case.objects.get()
    install_model(procedure=find_procedure("payment_time"), at=timezone.now())
    Client().post(f"/errand/{conversation.token}/", {"body": "Sain työpaikan."})
    add_reply(
        conversation_id=conversation.pk,
        body="Aloitan <b>maanantaina</b>.",
        actor="person",
        at=timezone.now(),
        channel="email",
        mark="unauthenticated",
    )
    prepare_case(case=case, actor="worker", at=timezone.now())
    second = hire("preparer", "sipoo")
    Role.objects.create(employee=second, kind="preparer", municipality=case.municipality)
    for colleague in (sign_in(hire("preparer", "porvoo")), sign_in(second)):
        assert "New message" in text_of(colleague.get("/staff/cases/?state=unread"))
        page = text_of(colleague.get(f"/staff/cases/{case.pk}/proposal/"))
        assert "Sain työpaikan." in page
        assert "&lt;b&gt;maanantaina" in page
        assert page.count("may be forged") == 1
    first, last = case.documents.filter(kind="message").order_by("number")
    for seen, is_unread in ((first.number, True), (last.number, False), (last.number, False)):
        colleague.post(f"/staff/cases/{case.pk}/read/", {"last_seen": str(seen)})
        case.refresh_from_db()
        assert (case.unread_since is not None) is is_unread
    assert case.actions.filter(kind="read").count() == 2
    assert "No matters here" in text_of(colleague.get("/staff/cases/?state=unread"))
