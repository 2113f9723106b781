"""Letters in over IMAP and out over SMTP, against Debian's dovecot and aiosmtpd."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone

from tests.database.staff import hire, sign_in
from tests.mail_out import KeptMail, mail_server
from tests.service.mail_server import MailServer, running_dovecot
from tests.service.people import ask, patron_of, sign_in_patron
from tests.world import World
from torget.config.doctor.finding import Level
from torget.config.doctor.outside import check_mailbox
from torget.connectors.mailboxes.imap.mailbox import ImapMailbox
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.notify.send import send_due_emails
from torget.foundation.notify.undeliverable import undeliverable
from torget.service.conversations.fetch_mail import _build, fetch_mail
from torget.service.conversations.models import Contact, Conversation
from torget.service.core.mail import Unreadable, Writer, read_mail
from torget.service.core.ports import MailboxDown
from torget.service.core.states import State
from torget.service.forms.models import Attachment

BOX = "service@torget.example.fi"
SERVER = "mx.torget.example.fi"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[MailServer]:
    # Not below pytest's own folder: a Unix socket's path has at most 107 letters.
    with running_dovecot(Path(tempfile.mkdtemp(prefix="torget-mail-"))) as server:
        yield server


@pytest.fixture
def mail(world: World, dovecot: MailServer) -> Iterator[tuple[MailServer, KeptMail]]:
    dovecot.empty()
    _build.cache_clear()
    with (
        mail_server() as kept,
        override_settings(
            SERVICE_MAILBOX_ADDRESS=BOX,
            SERVICE_MAIL_TRUSTED_SERVER=SERVER,
            SERVICE_MAILBOX={
                "BACKEND": "torget.connectors.mailboxes.imap.mailbox.ImapMailbox",
                "OPTIONS": dovecot.options,
            },
        ),
    ):
        yield dovecot, kept
    _build.cache_clear()


def letter(to: str, text: str = "Tack!", *, sender: str = "asa@example.fi", **headers: str) -> bytes:
    lines = [f"From: Åsa <{sender}>".encode().decode("utf-8"), f"To: {to}", "Subject: Re: fråga"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + f"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n").encode()


def fetch() -> Counter[str]:
    return fetch_mail(at=timezone.now())


def test_a_letter_out_and_its_answer_in(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, out = mail
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    agent = sign_in(hire("agent", "porvoo"))
    question = {"body": "Vilken dag?", "then": "ask", "version": "1"}
    agent.post(f"/staff/conversations/{conversation.pk}/answer/", question)
    assert send_due_emails(timezone.now(), 10) == 2
    receipt, asked = out.letters
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert asked["Auto-Submitted"] is None
    assert asked["Reply-To"] == f"service+{conversation.token}@torget.example.fi"
    good = f"{SERVER}; dmarc=pass header.from=example.fi"
    # Some servers change the letters of the address to lower case.
    server.deliver(
        letter(
            asked["Reply-To"].lower(),
            "Den tredje.\r\n\r\n> Vilken dag?\r\n> Hej",
            Message_ID="<1@example.fi>",
            Authentication_Results=good,
        )
    )
    assert fetch() == {"reply": 1}
    assert fetch() == {}
    conversation.refresh_from_db()
    assert conversation.state == State.WAITING
    reply = conversation.contacts.get(channel="email")
    assert (reply.body, reply.mark) == ("Den tredje.", "")
    # By the letter that it answers, from another address, without a result of our own server.
    server.deliver(
        letter(
            BOX, "Jag är Åsa", sender="eve@example.com", Message_ID="<2@example.com>", In_Reply_To=asked["Message-ID"]
        )
    )
    server.deliver(letter(asked["Reply-To"], "Jag också", Message_ID="<3@example.fi>"))
    forged = f"evil.example.com; dmarc=pass, {good}"
    server.deliver(letter(asked["Reply-To"], "Och jag", Message_ID="<4@example.fi>", Authentication_Results=forged))
    assert fetch() == {"reply": 3}
    marks = dict(conversation.contacts.filter(channel="email").values_list("body", "mark"))
    assert marks["Jag är Åsa"] == "other_sender"
    assert marks["Jag också"] == "unauthenticated"
    assert marks["Och jag"] == "unauthenticated"
    page = agent.get(f"/staff/conversations/{conversation.pk}/").content.decode()
    assert "may be forged" in page


def test_the_same_letter_twice_is_taken_once(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, _out = mail
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    to = f"service+{conversation.token}@torget.example.fi"
    for number in (1, 1, 2):
        server.deliver(letter(to, f"Nummer {number}", Message_ID=f"<{number}@x.fi>"))
    server.deliver(letter(to, "Utan nummer"))
    server.deliver(letter(to, "Utan nummer"))
    assert fetch() == {"reply": 3, "double": 2}
    assert conversation.contacts.filter(channel="email").count() == 3


def test_machines_are_noted_and_never_answered(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, out = mail
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    send_due_emails(timezone.now(), 10)
    (receipt,) = out.letters
    to = f"service+{conversation.token}@torget.example.fi"
    server.deliver(letter(to, "Jag är borta", Message_ID="<a@x.fi>", Auto_Submitted="auto-replied"))
    server.deliver(letter(to, "Lista", Message_ID="<b@x.fi>", Precedence="bulk"))
    server.deliver(bounce(receipt["Message-ID"]))
    server.deliver(letter(to, "Vår egen", sender=to, Message_ID="<c@x.fi>"))
    assert fetch() == {"machine": 2, "bounce": 1, "loop": 1}
    assert conversation.contacts.filter(direction="in").count() == 1
    kinds = list(conversation.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["opened", "machine_wrote", "machine_wrote", "bounced"]
    assert send_due_emails(timezone.now(), 10) == 0


def bounce(message_id: str, action: str = "failed") -> bytes:
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.fi\r\nTo: service@torget.example.fi\r\n"
        "Message-ID: <bounce@mx.example.fi>\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: {action}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n--b--\r\n"
    ).encode()


def test_a_reminder_that_came_back_marks_its_address(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, _out = mail
    letters = [
        OutgoingEmail.objects.create(
            created_at=timezone.now(),
            recipient=f"p{number}@example.fi",
            subject="s",
            body="b",
            about=f"reminder:{number}:1",
            is_once=True,
        )
        for number in (1, 2)
    ]
    for letter_sent, action in zip(letters, ("delayed", "failed"), strict=True):
        server.deliver(bounce(f"<outgoing-{letter_sent.pk}@torget.example.fi>", action))
    assert fetch() == {"bounce": 2}
    assert list(OutgoingEmail.objects.exclude(bounced_at=None)) == letters[1:]
    assert undeliverable(["p1@example.fi", "P2@example.fi"]) == {"P2@example.fi"}
    assert not Conversation.objects.exists()


def test_a_letter_without_a_thread_begins_one_and_floods_stop(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, _out = mail
    server.deliver(letter("service+sipoo@torget.example.fi", "En fråga", Message_ID="<n1@x.fi>"))
    assert fetch() == {"new": 1}
    first = Conversation.objects.get()
    assert (first.municipality.slug, first.email, first.service_type) == (
        "sipoo",
        "asa@example.fi",
        "other_municipality",
    )
    for number in range(2, 9):
        server.deliver(letter(BOX, "Igen", Message_ID=f"<n{number}@x.fi>"))
    assert fetch() == {"new": 4, "loop": 3}
    assert Conversation.objects.filter(municipality__slug="porvoo").count() == 4


def test_files_come_along_and_wait_for_the_scanner(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, _out = mail
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    parts = "".join(
        f'--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: 7bit\r\n\r\n{content}\r\n"
        for name, content in (("../kvitto.pdf", "%PDF-1.4 fine"), ("bomb.zip", "PK\x03\x04zeros"))
    )
    server.deliver(
        (
            f"From: asa@example.fi\r\nTo: service+{conversation.token}@torget.example.fi\r\nMessage-ID: <f@x.fi>\r\n"
            'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
            "--x\r\nContent-Type: text/html\r\n\r\n<p>Hej<script>alert(1)</script></p>\r\n" + parts + "--x--\r\n"
        ).encode()
    )
    assert fetch() == {"reply": 1}
    contact = conversation.contacts.get(channel="email")
    assert contact.body == "Hej"
    assert list(contact.attachments.values_list("name", "state")) == [("kvitto.pdf", "waiting")]
    assert Attachment.objects.count() == 1


def test_hostile_letters_harm_nobody(world: World, mail: tuple[MailServer, KeptMail]) -> None:
    server, _out = mail
    conversation = ask(sign_in_patron(patron_of(world)), 11)
    to = f"service+{conversation.token}@torget.example.fi"
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(2000))
    server.deliver(f"From: a@x.fi\r\nTo: {to}\r\nMIME-Version: 1.0\r\n{nested}".encode())
    server.deliver(b"\xff\xfe\x00" * 1000)
    server.deliver(letter(to, "x" * 300_000, Message_ID="<long@x.fi>"))
    server.deliver(f"From: a@x.fi\r\nTo: {to}\r\nContent-Type: text/plain; charset=no-such\r\n\r\nHej\r\n".encode())
    server.deliver(f"From: =?utf-8?q?{'=00' * 50}?= <a@x.fi>\r\nTo: {to}\r\n\r\nNUL \x00 inside\r\n".encode())
    taken = fetch()
    assert taken["unreadable"] == 1
    assert sum(taken.values()) == 5
    assert fetch() == {}
    longest = max(len(body) for body in Contact.objects.values_list("body", flat=True))
    assert longest <= 10_000


def test_a_mailbox_that_is_down_says_so(dovecot: MailServer) -> None:
    with pytest.raises(MailboxDown):
        list(dovecot.mailbox(password="wrong").waiting(count_max=1, size_max=100))
    with pytest.raises(MailboxDown):
        list(ImapMailbox(host="127.0.0.1", port=1, username="x", password="x").waiting(count_max=1, size_max=100))


def test_no_more_bytes_are_read_than_asked_for(dovecot: MailServer) -> None:
    dovecot.deliver(letter(BOX, "y" * 50_000, Message_ID="<big@x.fi>"))
    box = dovecot.mailbox()
    (one,) = box.waiting(count_max=5, size_max=1000)
    assert len(one.content) == 1000
    assert one.size > 50_000
    box.take([one.uid])
    assert list(box.waiting(count_max=5, size_max=1000)) == []


@pytest.mark.parametrize(
    ("headers", "writer"),
    [
        ({}, Writer.PERSON),
        ({"Auto_Submitted": "no"}, Writer.PERSON),
        ({"Auto_Submitted": "auto-generated"}, Writer.MACHINE),
        ({"Precedence": "bulk"}, Writer.MACHINE),
        ({"List_Id": "<news.example.fi>"}, Writer.MACHINE),
        ({"X_Autoreply": "yes"}, Writer.MACHINE),
        ({"Return_Path": "<>"}, Writer.BOUNCE),
    ],
)
def test_who_wrote_a_letter(headers: dict[str, str], writer: Writer) -> None:
    found = read_mail(letter(BOX, **headers), mailbox=BOX, host="torget.example.fi", trusted_server=SERVER)
    assert found.writer is writer


def test_too_many_parts_are_not_taken_apart() -> None:
    with pytest.raises(Unreadable):
        read_mail(b"boundary" * 100, mailbox=BOX, host="x", trusted_server="")


def test_the_doctor_signs_in_and_reads_nothing(mail: tuple[MailServer, KeptMail]) -> None:
    server, _kept = mail
    server.deliver(b"From: someone@example.fi\n\nHello\n")
    (found,) = check_mailbox()
    assert (found.level, found.says) == (Level.OK, "127.0.0.1 lets us in")
    assert len(list(server.mailbox().waiting(count_max=10, size_max=1000))) == 1
