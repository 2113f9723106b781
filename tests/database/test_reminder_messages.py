"""What of reminders leaves and comes back: text messages, the press that says no, and what is kept of a person."""

from datetime import timedelta

import pytest

from tests.database.reminding import NOON, debtor, decide, look, only, send
from tests.database.staff import browser
from tests.mail_out import KeptMail
from tests.network import LIBRARY
from tests.world import World
from torget.foundation.core.person import Person
from torget.foundation.notify.models import OutgoingSms
from torget.foundation.retention.run import carry_out
from torget.foundation.retention.words import COLUMNS, SECTIONS
from torget.payments.core.reminding import Channel
from torget.payments.reminders import person as about_person
from torget.payments.reminders.models import Reminder, ReminderFee, ReminderOptOut
from torget.payments.reminders.opt_out import opt_out
from torget.sandbox.faults import Fault
from torget.sandbox.sms import SandboxSms
from torget.sandbox.sms.app import DEAD_NUMBER


def test_a_text_message_where_there_is_no_address(world: World, mail: KeptMail, sms: SandboxSms) -> None:
    world.add(debtor(1, email=None, sms_number="040 123 4567"), debtor(2, sms_number="050 1"))
    decide(channels=(Channel.EMAIL, Channel.SMS))
    look()
    assert send() == {"sent": 2}
    (message,) = sms.messages()
    assert message.msisdn == "358401234567"
    reminder = Reminder.objects.get(channel="sms")
    assert f"https://torget.example.fi/r/{reminder.token}/ " in message.message
    assert "3,80 €" in message.message
    assert "\u00a0" not in message.message
    assert len(message.message) <= 306
    assert OutgoingSms.objects.get().gateway_reference == str(message.number)
    answer = browser().get(f"/r/{reminder.token}/")
    assert reminder.link is not None
    assert answer["Location"] == f"/l/{reminder.link.token}/"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.DROP_AFTER, "unanswered"),
        (Fault.ERROR_AFTER, "unanswered"),
        (Fault.MALFORMED, "unanswered"),
        (Fault.UNAUTHORIZED, "planned"),
    ],
)
def test_a_text_message_leaves_at_most_once(
    world: World, mail: KeptMail, sms: SandboxSms, fault: Fault, state: str
) -> None:
    world.add(debtor(1, sms_number="0401234567"))
    decide(channels=(Channel.SMS,))
    look()
    sms.faults.fail_next(fault)
    assert send() == {state: 1}
    assert len(sms.messages()) == (state == "unanswered")
    send(NOON + timedelta(hours=1))
    assert len(sms.messages()) == 1


def test_a_number_that_nobody_has(world: World, mail: KeptMail, sms: SandboxSms) -> None:
    world.add(debtor(1, sms_number=f"+{DEAD_NUMBER}"))
    decide(channels=(Channel.SMS, Channel.EMAIL))
    look()
    assert send() == {"refused": 1}
    later = NOON + timedelta(days=35)
    look(later)
    assert send(later) == {"sent": 1}
    assert [letter["To"] for letter in mail.letters] == ["asa1@example.fi"]


def test_no_more_reminders_by_one_press(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    send()
    path = f"/r/{only().token}/stop/"
    visitor = browser()
    assert visitor.get(path).status_code == 200
    assert visitor.head(path).status_code == 200
    assert not ReminderOptOut.objects.exists(), "a scanner that follows links decides nothing"
    # As a mail program does it: no cookie, no referrer, no token of a form.
    pressed = browser(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"})
    assert pressed.status_code == 200
    assert 'lang="sv"' in pressed.content.decode()
    assert ReminderOptOut.objects.get().by == "patron"
    look(NOON + timedelta(days=31))
    assert Reminder.objects.latest("pk").reason == "opted_out"
    browser().post(f"/r/{only_first().token}/go-on/")
    look(NOON + timedelta(days=62))
    assert Reminder.objects.latest("pk").state == "planned"
    assert browser().post("/r/no-such-thing/stop/").status_code == 404


def only_first() -> Reminder:
    return Reminder.objects.earliest("pk")


def test_what_is_kept_of_a_person_and_how_long(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    send()
    opt_out(patron_id=only().patron_id, by="patron", now=NOON)
    person = Person(library_system=LIBRARY, reference="1")
    sections = about_person.sections(person)
    assert {one.code for one in sections if one.rows} <= SECTIONS.keys()
    assert {key for one in sections for row in one.rows for key in row} <= COLUMNS.keys()
    assert len(about_person.kept(person)) == 1
    carry_out(at=NOON + timedelta(days=729), actor="test")
    assert Reminder.objects.count() == 1
    carry_out(at=NOON + timedelta(days=732), actor="test")
    assert not Reminder.objects.exists()
    assert not ReminderFee.objects.exists()
    assert ReminderOptOut.objects.exists(), "who wanted none still wants none"


def test_a_person_who_asks_to_be_forgotten(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    send()
    person = Person(library_system=LIBRARY, reference="1")
    assert about_person.erase(person, NOON) == {"reminder_notices": 1, "reminders": 1}
    assert not Reminder.objects.exists()
