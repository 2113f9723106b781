"""The out-box: every message goes out, none is held up by another, and two senders never have the same one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.notify.send import LEASE, TRIES_MAX, send_due_emails, wait_after

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class ServerDown(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError("nobody@example.fi")


@pytest.fixture
def out_box(committed_db: None) -> None:
    mail.outbox = []


def put(number: int, *, subject: str = "Kvitto") -> OutgoingEmail:
    return OutgoingEmail.objects.create(
        created_at=NOW, recipient=f"p{number}@example.fi", subject=subject, body="Tack", about=f"test:{number}"
    )


def test_each_goes_out_once_in_order(out_box: None) -> None:
    first, second = put(1), put(2)
    assert send_due_emails(NOW, 1) == 1
    assert send_due_emails(NOW, 10) == 1
    assert send_due_emails(NOW, 10) == 0
    assert [message.to for message in mail.outbox] == [[first.recipient], [second.recipient]]
    assert str(first.id) in mail.outbox[0].extra_headers["Message-ID"]
    assert not OutgoingEmail.objects.exclude(sent_at=NOW).exists()


def test_a_bad_message_holds_up_no_other(out_box: None, caplog: pytest.LogCaptureFixture) -> None:
    bad = put(1, subject="two\nlines")
    put(2)
    assert send_due_emails(NOW, 10) == 1
    bad.refresh_from_db()
    assert bad.sent_at is None
    assert bad.tries == 1
    assert bad.next_at == NOW + wait_after(1)
    assert bad.recipient not in caplog.text


def test_a_server_that_is_down_is_tried_again_later(out_box: None, settings: object) -> None:
    row = put(1)
    settings.EMAIL_BACKEND = f"{__name__}.ServerDown"  # type: ignore[attr-defined]  # pytest-django's settings are untyped
    assert send_due_emails(NOW, 10) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]  # as above
    assert send_due_emails(NOW + timedelta(minutes=1), 10) == 0
    later = NOW + wait_after(1)
    assert send_due_emails(later, 10) == 1
    row.refresh_from_db()
    assert (row.sent_at, row.tries) == (later, 2)


def test_after_enough_tries_a_person_must_look(out_box: None) -> None:
    put(1)
    OutgoingEmail.objects.update(tries=TRIES_MAX)
    assert send_due_emails(NOW, 10) == 0
    assert mail.outbox == []


def test_the_waits_grow_and_end() -> None:
    waits = [wait_after(tries) for tries in range(1, TRIES_MAX)]
    assert waits == sorted(waits)
    assert sum(waits, timedelta()) < timedelta(days=4)


def test_what_a_dead_sender_had_comes_up_after_its_lease(out_box: None) -> None:
    put(1)
    OutgoingEmail.objects.update(tries=1, next_at=NOW + LEASE)
    assert send_due_emails(NOW, 10) == 0
    assert send_due_emails(NOW + LEASE, 10) == 1


def test_a_row_that_another_sender_is_taking_is_passed_by(out_box: None) -> None:
    first, second = put(1), put(2)
    sent: list[int] = []

    def other_sender() -> None:
        sent.append(send_due_emails(NOW, 10))
        connection.close()

    with transaction.atomic():
        OutgoingEmail.objects.select_for_update().get(id=first.id)
        thread = Thread(target=other_sender)
        thread.start()
        thread.join(timeout=10)
        assert not thread.is_alive()
    assert sent == [1]
    assert [message.to for message in mail.outbox] == [[second.recipient]]
