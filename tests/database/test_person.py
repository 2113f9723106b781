"""Everything about one person is told, and let go when nothing is open; vouchers and books stay."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.utils import timezone

from tests.database.everywhere import found_anywhere
from tests.database.past import PastPayment, pay_in_the_past
from tests.network import make_network
from torget.foundation.audit.models import AuditEntry
from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.person import Person
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.people.models import Patron
from torget.foundation.retention.person import erase_person, export_person
from torget.foundation.retention.words import COLUMNS, SECTIONS
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.core.checkout import State
from torget.payments.invariants.check import find_violations
from torget.payments.receipts.tasks import queue_due_receipts
from torget.service.conversations.models import Contact, Conversation, ConversationEvent

ARGUMENTS = ("--library-system", "helle", "--reference", "p1", "--why", "asked at the desk")
PERSON = Person(library_system="helle", reference="p1")


def pay(number: int, ends: State = State.REGISTERED, days: int = 3) -> PastPayment:
    at = timezone.now() - timedelta(days=days)
    payment = pay_in_the_past(number=number, at=at, cents=500, ends=ends)
    queue_due_receipts(timezone.now())
    return payment


def talk(state: str) -> Conversation:
    now = timezone.now()
    is_closed = state == "closed"
    conversation = Conversation.objects.create(
        token=f"talk-{state}",
        municipality=Municipality.objects.get(slug="porvoo"),
        service_type="question",
        patron=Patron.objects.get(reference="p1"),
        email="reader-000001@example.fi",
        language="sv",
        topic="A private topic",
        state=state,
        opened_at=now,
        closed_at=now if is_closed else None,
        due_at=None if is_closed else now,
        clock_since=None if is_closed else now,
    )
    Contact.objects.create(
        conversation=conversation,
        at=now,
        direction="in",
        channel="form",
        actor="person",
        language="sv",
        body="I am Åsa Private",
    )
    ConversationEvent.objects.create(conversation=conversation, at=now, actor="person", kind="opened")
    return conversation


@pytest.fixture
def known(committed_db: None) -> PastPayment:
    """A person who paid, is signed in, asked something, and was looked at; and another one."""
    make_network()
    payment = pay(1)
    pay(2)
    talk("closed")
    session = SessionStore()
    patron = Patron.objects.get(reference="p1")
    session["patron"] = {"patron_id": patron.pk, "card_number": payment.card_number, "name": "Åsa Private"}
    session.save()
    record(at=timezone.now(), actor="staff:1", action="view payment", subject=f"payment:{payment.payment_id}")
    return payment


def test_everything_is_told_and_nothing_of_others(
    known: PastPayment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("person", "export", *ARGUMENTS, "--out", str(tmp_path), "--language", "sv")
    told = json.loads((tmp_path / "person.json").read_text())["sections"]
    assert told.keys() >= {"patron", "sessions", "payments", "fees", "events", "notices", "payment_audit", "messages"}
    text = (tmp_path / "person.json").read_text()
    for marker in (*known.markers, "Åsa Private", "A private topic", "view payment"):
        assert marker in text
    assert "reader-000002" not in text
    page = (tmp_path / "person.html").read_text()
    assert "Allt om dig i Torget" in page
    assert known.title in page
    assert (tmp_path / "person.json").stat().st_mode & 0o077 == 0
    assert AuditEntry.objects.get(action="export person").why == "asked at the desk"
    again = export_person(person=PERSON, actor="staff:1", why="again", at=timezone.now())
    assert "export person" in str(next(section.rows for section in again if section.code == "audit"))


def test_fees_charged_again_are_told_with_their_refund(known: PastPayment) -> None:
    now = timezone.now()
    refund = Refund.objects.create(
        payment_id=known.payment_id,
        stamp=uuid4(),
        amount_cents=200,
        lines={"1": 200},
        was_registered=True,
        state="refunded",
        reason="Returned in time",
        requested_by="staff:1",
        created_at=now,
        finished_at=now,
        credit_note=1,
    )
    Reversal.objects.create(
        refund=refund, position=1, amount_cents=200, marker=uuid4(), state="booked", created_at=now, changed_at=now
    )
    told = {one.code: one.rows for one in export_person(person=PERSON, actor="staff:1", why="x", at=now)}
    assert told["refunds"][0]["reason"] == "Returned in time"
    (again,) = told["reversals"]
    assert (again["payment_id"], again["amount_cents"], again["state"]) == (known.payment_id, 200, "booked")
    assert again.keys() <= COLUMNS.keys()


def test_every_section_and_column_has_its_word(known: PastPayment) -> None:
    sections = export_person(person=PERSON, actor="staff:1", why="x", at=timezone.now())
    assert {section.code for section in sections} <= SECTIONS.keys()
    assert {key for section in sections for row in section.rows for key in row} <= COLUMNS.keys()


def test_a_dry_run_says_what_goes_and_changes_nothing(known: PastPayment, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("person", "erase", *ARGUMENTS, "--dry-run")
    assert "Nothing was changed." in capsys.readouterr().out
    assert set(found_anywhere(known.markers)) == set(known.markers)


def test_what_is_erased_is_nowhere_and_the_voucher_stays(known: PastPayment) -> None:
    answer = f"contact:{Contact.objects.get().pk}"
    OutgoingEmail.objects.create(
        created_at=timezone.now(),
        recipient="reader-000001@example.fi",
        subject="A private topic",
        body="An answer",
        about=answer,
        sent_at=timezone.now(),
    )
    abandoned = pay(1, ends=State.EXPIRED, days=40)
    Payment.objects.filter(pk=abandoned.payment_id).update(next_at=None)
    trial = erase_person(person=PERSON, actor="staff:1", why="x", at=timezone.now(), is_trial=True)
    done = erase_person(person=PERSON, actor="staff:1", why="x", at=timezone.now(), is_trial=False)
    assert done.rows == trial.rows
    assert done.kept == ["Vouchers stay six calendar years, without names: 1."]
    assert done.rows["answers"] == 1
    assert (done.rows["abandoned"], done.rows["conversations"], done.rows["sessions"]) == (1, 1, 1)
    assert found_anywhere([*known.markers, "Åsa Private", "A private topic"]) == {}
    assert Payment.objects.get(pk=known.payment_id).state == State.REGISTERED
    assert [finding for finding in find_violations()[0] if finding.violations] == []
    assert found_anywhere(["reader-000002@example.fi"]), "the other one is untouched"
    nothing = erase_person(person=PERSON, actor="staff:1", why="x", at=timezone.now(), is_trial=False)
    assert not any(nothing.rows.values())


def test_nothing_goes_while_money_or_a_question_is_open(known: PastPayment, capsys: pytest.CaptureFixture[str]) -> None:
    pay(1, ends=State.ATTENTION)
    talk("waiting")
    with pytest.raises(SystemExit):
        call_command("person", "erase", *ARGUMENTS)
    told = capsys.readouterr().out
    assert "is not over: attention." in told
    assert "is not closed." in told
    assert set(found_anywhere(known.markers)) == set(known.markers)


def test_what_somebody_wrote_without_signing_in_is_found_by_the_address(
    known: PastPayment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Conversation.objects.filter(token="talk-closed").update(token="talk-signed-in")
    letter = talk("closed")
    Conversation.objects.filter(pk=letter.pk).update(
        patron=None,
        email="Letters@Example.fi",
        topic="By letter",
        state="closed",
        closed_at=timezone.now(),
        due_at=None,
    )
    arguments = ("--email", "letters@example.fi", "--why", "asked by letter")
    call_command("person", "export", *arguments, "--out", str(tmp_path))
    told = json.loads((tmp_path / "person.json").read_text())["sections"]
    assert told.keys() == {"conversations", "messages"}
    assert [row["topic"] for row in told["conversations"]] == ["By letter"]
    call_command("person", "erase", *arguments)
    assert "1  conversations" in capsys.readouterr().out
    assert not Conversation.objects.filter(pk=letter.pk).exists()
    assert Conversation.objects.filter(patron__reference="p1").exists()
    assert not AuditEntry.objects.filter(subject__contains="letters@").exists()
