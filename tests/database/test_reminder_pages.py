"""The staff's pages of reminders: decide, try, start, look, send again, and who may do what."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.database.reminding import NOON, debtor, decide, look, only, send
from tests.database.staff import hire, sign_in
from tests.database.test_payment_links import open_with_card, pay_by, text_of
from tests.mail_out import KeptMail
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import Payment
from torget.payments.links.models import PaymentLink
from torget.payments.reminders.card_list import NoCards, TooManyCards, read_cards
from torget.payments.reminders.effect import effect_of
from torget.payments.reminders.models import ListedCard, Reminder, ReminderOptOut, ReminderPolicy, ReminderRun
from torget.payments.reminders.search import search

TERMS = {
    "least": "2,00",
    "days_after": "14",
    "days_between": "30",
    "times_max": "2",
    "opens": "9",
    "closes": "18",
    "order": "email",
}


@pytest.fixture
def desk(world: World) -> Client:
    return sign_in(hire("library_desk", "porvoo"))


def base() -> str:
    return f"/staff/reminders/{Municipality.objects.get(slug='porvoo').pk}/"


def run_jobs() -> None:
    for run in ReminderRun.objects.filter(finished_at=None):
        search(run_id=run.pk, clock=timezone.now)


def test_decide_try_and_start(world: World, mail: KeptMail, desk: Client) -> None:
    world.add(debtor(), debtor(2, email=None))
    assert "Nothing is decided yet" in text_of(desk.get(base()))
    assert desk.get(f"{base()}trial/")["Location"] == f"{base()}terms/"
    assert desk.post(f"{base()}terms/", {**TERMS, "opens": "19", "closes": "9", "least": "0"}).status_code == 422
    assert desk.post(f"{base()}terms/", TERMS)["Location"] == f"{base()}trial/"
    assert desk.post(f"{base()}start/")["Location"] == f"{base()}trial/", "nobody starts blindly"
    assert not ReminderPolicy.objects.get().is_on
    desk.post(f"{base()}trial/")
    assert "it goes on" in text_of(desk.get(f"{base()}trial/"))
    run_jobs()
    page = text_of(desk.get(f"{base()}trial/"))
    assert "To be reminded" in page
    assert "No address in the library system" in page
    for sample in ("Biblioteksavgifter att betala, Borgå", "Kirjastomaksuja maksamatta, Porvoo", "Library fees to pay"):
        assert sample in page
    # What is changed after the trial must be tried again.
    desk.post(f"{base()}terms/", {**TERMS, "least": "3,00"})
    assert desk.post(f"{base()}start/")["Location"] == f"{base()}trial/"
    desk.post(f"{base()}trial/")
    run_jobs()
    assert desk.post(f"{base()}start/")["Location"] == base()
    assert ReminderPolicy.objects.get().is_on
    for path, said in (("pause/", "Paused"), ("start/", "Reminders are on"), ("stop/", "Reminders are off")):
        assert said in text_of(desk.post(f"{base()}{path}", follow=True))
    assert {
        "change reminders",
        "start reminders",
        "pause reminders",
        "stop reminders",
    } <= set(AuditEntry.objects.values_list("action", flat=True))
    assert not Reminder.objects.exists()


def test_the_log_tells_what_became_of_each(world: World, mail: KeptMail, desk: Client) -> None:
    world.add(debtor(), debtor(2, email=None))
    decide()
    mail.unknown.add("asa1@example.fi")
    look()
    send()
    page = text_of(desk.get(f"{base()}log/"))
    refused = Reminder.objects.get(state="refused")
    for said in ("Refused", "Held back", "No address in the library system", refused.card_number, "Send again"):
        assert said in page
    assert "Held back" not in text_of(desk.get(f"{base()}log/?show=look")).split("<main")[1].split("Card ")[1]
    table = desk.get(f"{base()}log/?file=csv").content.decode("utf-8-sig").splitlines()
    assert len(table) == 3
    assert desk.get(f"{base()}log/?file=exe").status_code == 404
    # The patron has given another address meanwhile.
    world.koha.store.write("UPDATE patrons SET email = 'new@example.fi' WHERE patron_id = 1")
    assert "looked at anew" in text_of(desk.post(f"{base()}log/{refused.pk}/again/", follow=True))
    assert "gone on meanwhile" in text_of(desk.post(f"{base()}log/{refused.pk}/again/", follow=True))
    Reminder.objects.filter(pk=refused.pk).update(next_at=NOON)
    assert send() == {"sent": 1}
    assert [letter["To"] for letter in mail.letters] == ["new@example.fi"]


def test_only_the_desk_decides_and_others_see_no_card(world: World, mail: KeptMail) -> None:
    world.add(debtor())
    decide()
    look()
    send()
    assert only().state == "sent"
    elsewhere = sign_in(hire("library_desk", "sipoo"))
    assert elsewhere.get(base()).status_code == 404
    assert elsewhere.get(f"{base()}log/").status_code == 404
    assert sign_in(hire("finance", "porvoo")).get("/staff/reminders/").status_code == 404
    coordinator = sign_in(hire("coordinator", "porvoo"))
    page = text_of(coordinator.get(f"{base()}log/"))
    assert only().card_number not in page
    assert f"…{only().card_number[-4:]}" in page
    assert "/staff/links/" not in page.split("<main")[1]
    for path in ("terms/", "trial/", "cards/", "wish/"):
        assert coordinator.get(f"{base()}{path}").status_code == 404
    for path in ("start/", "pause/", "stop/", f"log/{only().pk}/again/"):
        assert coordinator.post(f"{base()}{path}").status_code == 404
    assert AuditEntry.objects.filter(action="open reminders refused").exists()


def test_the_desk_notes_that_somebody_wants_none(world: World, desk: Client) -> None:
    patron = debtor()
    world.add(patron)
    wish = {"card_number": patron.card_number, "wish": "none"}
    assert desk.post(f"{base()}wish/", {**wish, "card_number": "nobody"}).status_code == 422
    assert "gets no more reminders" in text_of(desk.post(f"{base()}wish/", wish, follow=True))
    assert "got no reminders already" in text_of(desk.post(f"{base()}wish/", wish, follow=True))
    assert ReminderOptOut.objects.get().by.startswith("staff:")
    desk.post(f"{base()}wish/", {**wish, "wish": "again"})
    assert not ReminderOptOut.objects.exists()


def test_cards_that_staff_bring_are_looked_at_once(world: World, mail: KeptMail, desk: Client) -> None:
    world.koha.settings.is_old = True
    patron = debtor()
    world.add(patron, debtor(2))
    decide()
    file = SimpleUploadedFile("owing.csv", f"Kort;Namn\n{patron.card_number};Åsa\n99999;Nobody\n".encode())
    page = desk.post(f"{base()}cards/", {"cards": file}, follow=True)
    assert "2 new cards wait" in text_of(page)
    assert desk.post(f"{base()}cards/", {"cards": SimpleUploadedFile("x.csv", b"name\n")}).status_code == 422
    look()
    assert not ListedCard.objects.exists()
    assert send() == {"sent": 1}
    assert only().patron.reference == "1"


def test_what_looks_like_a_card() -> None:
    assert read_cards('\ufeff"card",x\r\n"26 38";1\r\n2639\t2\r\n2639\r\n'.encode()) == ["2638", "2639"]
    with pytest.raises(NoCards):
        read_cards(b"\xff\xfe\x00")
    with pytest.raises(TooManyCards):
        read_cards("\n".join(str(number) for number in range(10_000, 12_001)).encode())


def test_what_was_paid_within_two_weeks(world: World, mail: KeptMail, desk: Client) -> None:
    world.add(debtor(1, make_fee(11, 250)), debtor(2, make_fee(21, 450)))
    number = decide()
    look()
    send()
    link = PaymentLink.objects.get(fees__amount_cents=250)
    pay_by(open_with_card(link), link)
    url = world.at_provider(Payment.objects.get().pk, "pay")
    assert url is not None
    world.come_back(url)
    paid_at = Payment.objects.get().paid_at
    assert paid_at is not None
    Reminder.objects.update(sent_at=paid_at - timedelta(days=13))
    for later, expected in ((10, (0, 0, 0)), (14, (2, 1, 250))):
        found: Any = effect_of(municipality_id=number, now=paid_at + timedelta(days=later - 13, minutes=1))
        assert (found.sent, found.paid, found.amount.cents) == expected
    Reminder.objects.update(sent_at=paid_at - timedelta(days=15))
    assert effect_of(municipality_id=number, now=paid_at + timedelta(days=1)).paid == 0
    Reminder.objects.update(sent_at=timezone.now() - timedelta(days=20))
    assert "0 of 2 (0 %)" in text_of(desk.get(base()))
