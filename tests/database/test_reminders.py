"""Reminders from the search to the letter: over real SMTP and the gateway's interface, and never against a reason."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from tests.database.reminding import NOON, debtor, decide, look, only, outcome, send
from tests.database.test_payment_links import open_with_card, pay_by
from tests.mail_out import KeptMail
from tests.network import LIBRARY
from tests.world import World, make_fee, make_patron
from torget.foundation.notify.models import OutgoingEmail, UndeliverableAddress
from torget.foundation.notify.send import send_due_emails
from torget.foundation.notify.undeliverable import note_bounces
from torget.payments.core.reminding import SendingHours
from torget.payments.fees.holds import place_hold
from torget.payments.fees.models import PaymentTime
from torget.payments.links.models import PaymentLink
from torget.payments.reminders.bounced import settle_bounced
from torget.payments.reminders.models import Reminder, ReminderFee, ReminderPolicy, ReminderRun
from torget.payments.reminders.opt_out import opt_out
from torget.payments.reminders.policy import pause_reminders, start_reminders
from torget.payments.reminders.search import search
from torget.payments.reminders.send import LEASE
from torget.sandbox.faults import Fault
from torget.sandbox.koha.control import pay_at_desk


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
