"""Reminders from the search to the letter: over real SMTP and the gateway's interface, and never against a reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from tests.database.staff import browser
from tests.database.test_payment_links import open_with_card, pay_by
from tests.mail_out import KeptMail, mail_server
from tests.network import LIBRARY
from tests.world import World, make_fee, make_patron
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.foundation.core.person import Person
from torget.foundation.notify.models import OutgoingEmail, OutgoingSms, UndeliverableAddress
from torget.foundation.notify.send import send_due_emails
from torget.foundation.notify.send_once import _build
from torget.foundation.notify.undeliverable import note_bounces
from torget.foundation.retention.run import carry_out
from torget.foundation.retention.words import COLUMNS, SECTIONS
from torget.payments.core.reminding import Channel, SendingHours, Terms
from torget.payments.fees.holds import place_hold
from torget.payments.fees.models import PaymentTime
from torget.payments.links.models import PaymentLink
from torget.payments.reminders import person as about_person
from torget.payments.reminders.bounced import settle_bounced
from torget.payments.reminders.models import Reminder, ReminderFee, ReminderOptOut, ReminderPolicy, ReminderRun
from torget.payments.reminders.opt_out import opt_out
from torget.payments.reminders.policy import pause_reminders, save_policy, start_reminders
from torget.payments.reminders.search import search, search_all
from torget.payments.reminders.send import LEASE, send_due_reminders
from torget.sandbox.faults import Fault
from torget.sandbox.koha.control import pay_at_desk
from torget.sandbox.population import SandboxPatron
from torget.sandbox.server import serving
from torget.sandbox.sms import SandboxSms
from torget.sandbox.sms.app import DEAD_NUMBER, TOKEN

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday
OLD_ENOUGH = 14


@pytest.fixture
def mail(world: World) -> Iterator[KeptMail]:
    with mail_server() as kept:
        yield kept


@pytest.fixture
def sms(world: World) -> Iterator[SandboxSms]:
    sandbox = SandboxSms()
    _build.cache_clear()
    with serving(sandbox) as url:
        gateway = {
            "BACKEND": "torget.connectors.sms_gateways.gatewayapi.gateway.GatewayApi",
            "OPTIONS": {"base_url": url, "token": TOKEN, "sender": "Biblioteket"},
        }
        with override_settings(SMS_GATEWAY=gateway):
            yield sandbox
    _build.cache_clear()
    sandbox.close()


def decide(slug: str = "porvoo", *, least: int = 200, channels: tuple[Channel, ...] = (Channel.EMAIL,)) -> int:
    """Reminders are on for a municipality; its number."""
    municipality = Municipality.objects.get(slug=slug)
    terms = Terms(
        least=Money(least),
        days_after=OLD_ENOUGH,
        days_between=30,
        times_max=2,
        channels=channels,
        hours=SendingHours(),
    )
    save_policy(municipality_id=municipality.pk, terms=terms, actor="staff:1", now=NOON)
    start_reminders(municipality_id=municipality.pk, has_seen_trial=True, actor="staff:1", now=NOON)
    return municipality.pk


def debtor(number: int = 1, *fees: Any, **more: Any) -> SandboxPatron:
    owed = fees or (make_fee(number * 10 + 1, 250), make_fee(number * 10 + 2, 130, "PRV/PK", "RESERVE_EXPIRED"))
    return make_patron(number, *owed, **{"email": f"asa{number}@example.fi", **more})


def look(at: datetime = NOON) -> None:
    search_all(clock=lambda: at)


def send(at: datetime = NOON, limit: int = 10) -> dict[str, int]:
    return dict(send_due_reminders(clock=lambda: at, limit=limit))


def only() -> Reminder:
    return Reminder.objects.get()


def outcome() -> tuple[str, str]:
    return only().state, only().reason


def test_from_the_search_to_the_payment(world: World, mail: KeptMail) -> None:
    world.add(debtor(), debtor(2, make_fee(21, 199)), make_patron(3))
    decide()
    look()
    assert send() == {"sent": 1}
    (letter,) = mail.letters
    text = letter.get_body().get_content()  # type: ignore[attr-defined] # an EmailMessage by its policy
    assert letter["To"] == "asa1@example.fi"
    assert letter["Subject"] == "Biblioteksavgifter att betala, Borgå"
    assert "3,80" in text
    assert "OVERDUE (sv): 2,50" in text
    for secret in ("Åsa", "Övre", only().card_number, "fee 11"):
        assert secret not in letter.as_string()
        assert secret not in text
    assert letter["Auto-Submitted"] == "auto-generated"
    stop = f"https://torget.example.fi/r/{only().token}/stop/"
    assert (letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"]) == (f"<{stop}>", "List-Unsubscribe=One-Click")
    assert stop in text
    link = PaymentLink.objects.get()
    assert f"/l/{link.token}/" in text
    assert pay_by(open_with_card(link), link).status_code == 303
    # Whoever looks again finds nothing to do, by the search and by the sending.
    look(NOON + timedelta(hours=1))
    assert send(NOON + timedelta(days=2)) == {}
    assert ReminderRun.objects.latest("pk").counts[str(only().municipality_id)] == {"in_payment": [1, 0]}


def test_nothing_of_a_reminder_goes_through_the_common_out_box(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    send()
    OutgoingEmail.objects.update(sent_at=None)
    assert send_due_emails(NOON, 10) == 0


def _paid_at_the_desk(world: World) -> None:
    for fee in (11, 12):
        pay_at_desk(world.koha.store, fee)


def _asked_about(world: World) -> None:
    for fee in ("11", "12"):
        place_hold(library_system=LIBRARY, patron_reference="1", fee_reference=fee, origin="conversation:1", at=NOON)


def _in_payment(world: World) -> None:
    world.start(debtor(), 11)


def _time_granted(world: World) -> None:
    for fee in ("11", "12"):
        PaymentTime.objects.create(
            key=f"decision:1:{fee}",
            library_system=LIBRARY,
            patron_reference="1",
            fee_reference=fee,
            until=NOON.date(),
            granted_at=NOON,
        )


def _under_the_limit(world: World) -> None:
    pay_at_desk(world.koha.store, 11)


def _opted_out(world: World) -> None:
    opt_out(patron_id=only().patron_id, by="staff:1", now=NOON)


def _address_gone(world: World) -> None:
    world.koha.store.write("UPDATE patrons SET email = NULL")


def _patron_gone(world: World) -> None:
    world.koha.store.write("DELETE FROM patrons")


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (_paid_at_the_desk, "paid"),
        (_asked_about, "on_hold"),
        (_in_payment, "in_payment"),
        (_time_granted, "time_granted"),
        (_under_the_limit, "under_limit"),
        (_opted_out, "opted_out"),
        (_address_gone, "no_address"),
        (_patron_gone, "patron_gone"),
    ],
)
def test_what_changes_before_the_sending_holds_it_back(
    world: World, mail: KeptMail, meanwhile: Any, reason: str
) -> None:
    world.add(debtor())
    decide()
    look()
    assert outcome() == ("planned", "")
    meanwhile(world)
    send()
    assert outcome() == ("held", reason)
    assert mail.letters == []
    assert not OutgoingEmail.objects.exists()
    assert not PaymentLink.objects.exists()


def test_who_cannot_be_reached_stands_in_the_log_once_a_round(world: World, mail: KeptMail) -> None:
    world.add(debtor(1, email=None), debtor(2, is_child=True, category="LAPSI"))
    decide()
    look()
    look(NOON + timedelta(days=1))
    assert sorted(Reminder.objects.values_list("state", "reason")) == [("held", "child"), ("held", "no_address")]
    assert send() == {}
    look(NOON + timedelta(days=31))
    assert Reminder.objects.filter(reason="no_address").count() == 2


def test_how_often_and_how_many_times(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    days = (0, 1, 29, 30, 60, 90, 400)
    planned = []
    for day in days:
        at = SendingHours().next_open(NOON + timedelta(days=day))
        look(at)
        planned.append(bool(send(at)))
    assert planned == [True, False, False, True, False, False, False]
    assert set(ReminderFee.objects.values_list("number", flat=True)) == {1, 2}


def test_a_young_fee_waits(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look(datetime(2026, 11, 14, 10, 0, tzinfo=UTC))  # the fees arose on the first
    assert not Reminder.objects.exists()
    look(datetime(2026, 11, 16, 10, 0, tzinfo=UTC))
    assert only().amount_cents == 380


def test_at_night_and_on_holidays_it_waits(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    for at in ("2026-11-24T20:00", "2026-11-29T10:00", "2026-12-24T10:00", "2027-01-06T10:00", "2027-06-25T10:00"):
        assert send(datetime.fromisoformat(f"{at}+00:00")) == {}
    assert send(datetime.fromisoformat("2026-11-28T10:00+00:00")) == {"sent": 1}


def test_a_pause_holds_everything_and_nothing_is_lost(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    number = decide()
    look()
    pause_reminders(municipality_id=number, actor="staff:1", now=NOON)
    assert send() == {}
    look(NOON + timedelta(days=40))
    assert Reminder.objects.count() == 1
    start_reminders(municipality_id=number, has_seen_trial=True, actor="staff:1", now=NOON)
    assert send() == {"sent": 1}


def test_each_municipality_for_itself_and_one_message_a_day(world: World, mail: KeptMail) -> None:
    world.add(debtor(1, make_fee(11, 300), make_fee(12, 400, "RAS/PK"), make_fee(13, 900, "SIP/PK")))
    decide("porvoo")
    decide("raasepori", least=400)
    look()
    assert Reminder.objects.count() == 2
    assert send() == {"sent": 1, "planned": 1}
    assert send(NOON + timedelta(hours=3)) == {}
    assert send(NOON + timedelta(days=1)) == {"sent": 1}
    assert sorted(letter["Subject"].rpartition(" ")[2] for letter in mail.letters) == ["Borgå", "Raseborg"]
    assert sorted(PaymentLink.objects.values_list("fees__amount_cents", flat=True)) == [300, 400]


def test_a_trial_counts_and_writes_nothing(world: World, mail: KeptMail) -> None:
    world.add(debtor(), debtor(2, email=None), debtor(3, make_fee(31, 199)), debtor(4, make_fee(41, 201)))
    number = decide()
    ReminderPolicy.objects.update(is_on=False)
    run = ReminderRun.objects.create(
        library_system=LIBRARY, municipality_id=number, is_trial=True, started_by="staff:1", started_at=NOON
    )
    search(run_id=run.pk, clock=lambda: NOON)
    run.refresh_from_db()
    assert run.counts == {str(number): {"due": [2, 581], "no_address": [1, 380]}}
    assert (run.seen, run.failure) == (3, "")
    assert not Reminder.objects.exists()
    assert mail.letters == []


def test_a_system_that_tells_no_balances_says_so(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    world.koha.settings.is_old = True
    look()
    assert ReminderRun.objects.get().failure == "no_list"
    world.koha.settings.is_old = False
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1)
    look()
    assert ReminderRun.objects.latest("pk").failure == "unavailable"
    assert not Reminder.objects.exists()


def test_a_library_system_that_is_down_delays_the_sending(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1)
    assert send() == {"planned": 1}
    world.koha.faults.clear()
    assert send(NOON + timedelta(minutes=1)) == {}
    assert send(NOON + timedelta(minutes=15)) == {"sent": 1}


def test_a_mail_server_that_is_down_is_tried_again_with_nothing_left_behind(world: World, mail: KeptMail) -> None:
    world.add(debtor(), debtor(2))
    decide()
    look()
    with override_settings(EMAIL_PORT=1):
        assert send() == {"planned": 1}
    assert not OutgoingEmail.objects.exists()
    assert not PaymentLink.objects.exists()
    assert send(NOON + timedelta(minutes=20)) == {"sent": 2}
    assert len(mail.letters) == 2


def test_a_lost_answer_is_never_sent_again(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    mail.is_dropping = True
    assert send() == {"unanswered": 1}
    assert send(NOON + timedelta(days=1)) == {}
    assert len(mail.letters) == 1


def test_an_address_that_nobody_has_is_remembered(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    mail.unknown.add("asa1@example.fi")
    assert send() == {"refused": 1}
    look(NOON + timedelta(days=31))
    assert Reminder.objects.latest("pk").reason == "undeliverable"
    # A new address in the library system is another one.
    world.koha.store.write("UPDATE patrons SET email = 'new@example.fi'")
    look(NOON + timedelta(days=62))
    assert Reminder.objects.latest("pk").state == "planned"


def test_what_came_back_is_told_by_the_mailbox(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    with override_settings(SERVICE_MAILBOX_ADDRESS="service@torget.example.fi"):
        send()
    assert mail.envelope_senders == ["service@torget.example.fi"]
    assert mail.letters[0]["From"] == "torget@example.fi"
    email = OutgoingEmail.objects.get()
    assert note_bounces([email.pk, 99], now=NOON) == 1
    assert note_bounces([email.pk], now=NOON) == 0
    assert settle_bounced(now=NOON) == 1
    assert outcome() == ("bounced", "")
    assert UndeliverableAddress.objects.count() == 1


def test_a_crash_between_the_commit_and_the_answer(world: World, mail: KeptMail, monkeypatch: Any) -> None:
    class Killed(BaseException):
        pass

    def die(**_named: Any) -> None:
        raise Killed

    world.add(debtor())
    decide()
    look()
    monkeypatch.setattr("torget.payments.reminders.send.send_email_once", die)
    with pytest.raises(Killed):
        send()
    monkeypatch.undo()
    assert outcome() == ("sending", "")
    assert send(NOON + LEASE / 2) == {}
    assert send(NOON + 2 * LEASE) == {}
    assert outcome() == ("unanswered", "")
    assert mail.letters == []


def test_two_workers_send_one_letter(world: World, mail: KeptMail) -> None:
    world.add(debtor(), debtor(2))
    decide()

    def work() -> None:
        look()
        send()
        connection.close()

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert sorted(letter["To"] for letter in mail.letters) == ["asa1@example.fi", "asa2@example.fi"]
    assert Reminder.objects.filter(state="sent").count() == 2


def test_the_database_holds_the_promises(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    reminder = only()
    copy = {
        "municipality": reminder.municipality,
        "patron": reminder.patron,
        "planned_at": NOON,
        "changed_at": NOON,
        "amount_cents": 1,
        "token": "other",
    }
    for wrong in ({"state": "planned"}, {"state": "held"}, {"state": "sent", "reason": "paid"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.create(**copy, **wrong)
    fee = reminder.fees.get(fee_reference="11")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderFee.objects.create(
            reminder=reminder, patron=reminder.patron, fee_reference="11", number=fee.number, amount_cents=1
        )
    for change in ({"opens": 6}, {"closes": 22}, {"times_max": 9}, {"least_cents": 0}, {"channels": ["fax"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReminderPolicy.objects.update(**change)


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
