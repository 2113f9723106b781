"""From the desk's decision to a letter, from the letter to a paid fee without a PIN, and to 'no more reminders'."""

import re
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from torget.config.demo_reminders import last_open

SEARCHED_MS_MAX = 60_000


def _letter_to(torget: RunningTorget, address: str) -> Message:
    """Of the files that the demo writes instead of sending."""
    for file in Path(torget.environment["TORGET_EMAIL_FOLDER"]).iterdir():
        # Letters of one process lie in one file, each ended by a line of hyphens.
        for raw in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            letter = message_from_bytes(raw.lstrip(), policy=default)
            if letter["To"] == address:
                return letter
    raise AssertionError(f"nobody wrote to {address}")


def _decide_try_and_start(desk: Visitor) -> None:
    desk.open("/staff/reminders/")
    desk.look()
    desk.page.locator("main h2 a").first.click()
    desk.look_at_every_width()
    desk.follow("Decide about reminders")
    desk.page.fill("#id_least", "0")
    desk.press("Save")
    desk.sees("Enter an amount above zero, such as 5,00")
    desk.look_at_every_width()
    desk.page.fill("#id_least", "2,00")
    desk.page.fill("#id_days_after", "7")
    desk.press("Save")
    desk.look_at_every_width()
    desk.press("Try it")
    desk.sees("To be reminded", within_ms=SEARCHED_MS_MAX)
    desk.page.reload()
    desk.look_at_every_width()
    desk.press("Start the reminders")
    desk.sees("Reminders are on. Who is due is looked up every night; messages go out by day.")
    desk.look_at_every_width()


def test_from_the_letter_to_a_paid_fee(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((250, "PRV/PK"), (130, "PRV/PK"), email="asa.reminded@example.fi")
    desk = at_work(visitor, "desk.porvoo", "sv")
    _decide_try_and_start(desk)
    torget.run("torget", "reminders", "--at", last_open(timezone.now()).isoformat())
    letter = _letter_to(torget, "asa.reminded@example.fi")
    assert patron.card_number not in letter.as_string()
    text = letter.get_body().get_content()  # type: ignore[attr-defined] # an EmailMessage by its policy
    pay_path, stop_path = (
        re.search(rf"{torget.url}(/{kind}/\S+)", text)[1]  # type: ignore[index] # or the test has failed
        for kind in ("l", "r")
    )
    _look_at_the_link(visitor, pay_path, patron.card_number)
    _pay_by_keyboard(visitor, pay_path, patron.card_number)
    assert torget.payments(patron) == [("registered", 380)]
    assert torget.owed_cents(patron) == 0
    desk.open(desk.page.url.removeprefix(torget.url) + "log/?show=sent")
    desk.look_at_every_width()
    # By its token: other journeys' patrons got letters too, and through a second library system this one may have.
    token = pay_path.strip("/").split("/")[-1]
    ((link_id,),) = torget.ask("SELECT id FROM links_paymentlink WHERE token = %s", token)
    desk.page.locator(f"main a[href='/staff/links/{link_id}/']").click()
    expect(desk.page.locator("main")).to_contain_text(
        desk.says("The library system knows. The fees are gone from the card."), timeout=SETTLED_MS_MAX
    )
    _want_no_more(torget, visitor, stop_path)


def _look_at_the_link(visitor: NewVisitor, path: str, card_number: str) -> None:
    """Every page on the way, narrow and wide; and once without JavaScript."""
    payer = visitor("sv", width=390)
    payer.open(path)
    payer.look_at_every_width()
    payer.page.fill("#id_proof", "0000")
    payer.press("Continue")
    payer.sees("These are not the last four characters. Look at the card, or ask your library.")
    payer.look_at_every_width()
    payer.page.fill("#id_proof", card_number[-4:])
    payer.press("Continue")
    expect(payer.page.locator("main")).to_contain_text("Övre")
    payer.look_at_every_width()
    without_script = visitor("sv", width=390, java_script_enabled=False)
    without_script.open(path)
    without_script.page.fill("#id_proof", card_number[-4:])
    without_script.press("Continue")
    expect(without_script.page.locator("main")).to_contain_text("Övre")


def _pay_by_keyboard(visitor: NewVisitor, path: str, card_number: str) -> None:
    payer = visitor("sv", width=390)
    payer.open(path)
    keyboard = payer.page.keyboard
    payer.page.locator("#id_proof").focus()
    keyboard.type(card_number[-4:])
    keyboard.press("Enter")
    expect(payer.page.locator("main")).to_contain_text("Övre")
    payer.pay_button.focus()
    keyboard.press("Enter")
    payer.at_provider("pay")
    payer.is_paid()
    payer.look()
    payer.open(path)
    payer.sees("The money has come in. You need not do anything.")
    payer.look_at_every_width()


def _want_no_more(torget: RunningTorget, visitor: NewVisitor, path: str) -> None:
    reader = visitor("sv", width=390)
    reader.open(path)
    reader.look_at_every_width()
    assert torget.ask("SELECT count(*) FROM reminders_reminderoptout") == [(0,)]
    without_script = visitor("sv", width=390, java_script_enabled=False)
    without_script.open(path)
    without_script.press("No more reminders")
    without_script.sees("You get no more reminders")
    assert torget.ask("SELECT by FROM reminders_reminderoptout") == [("patron",)]
    reader.page.reload()
    reader.look_at_every_width()
    reader.press("I want reminders after all")
    reader.sees("Reminders of library fees")
    assert torget.ask("SELECT count(*) FROM reminders_reminderoptout") == [(0,)]
