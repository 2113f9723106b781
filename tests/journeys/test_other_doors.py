"""The desk prepares a payment for the phone, a kiosk does, and an exchange is tried out."""

from playwright.sync_api import expect

from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.test_months import press
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from torget.sandbox.population import SandboxPatron


def pay_on_the_phone(torget: RunningTorget, phone: Visitor, patron: SandboxPatron) -> None:
    """Read the code of the patron's newest link, which is its address, and pay without a PIN."""
    ((token,),) = torget.ask(
        "SELECT token FROM links_paymentlink WHERE card_number = %s ORDER BY id DESC LIMIT 1", patron.card_number
    )
    phone.open_in_own_language(f"/l/{token}/")
    phone.look()
    phone.page.locator("main form input[type=text]").fill(patron.card_number[-4:])
    phone.page.locator("main form button.govuk-button").click()
    phone.sees("Check and pay")
    phone.look()
    phone.page.locator("main form button.govuk-button").click()
    phone.at_provider("pay")
    phone.sees("The library knows. The fees are gone from your card.", within_ms=SETTLED_MS_MAX)
    phone.look()


def test_the_desk_prepares_and_its_screen_turns_green(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((250, "PRV/PK"), (330, "PRV/PK"))
    desk = at_work(visitor, "desk.porvoo", "sv")
    desk.open("/staff/links/card/")
    desk.look_at_every_width()
    desk.page.fill("#id_card_number", patron.card_number)
    press(desk, "main form button.govuk-button")
    desk.is_at("/staff/links/new/")
    desk.look_at_every_width()
    press(desk, "main form button.govuk-button")
    desk.is_at(r"/staff/links/\d+/$")
    desk.look_at_every_width()
    pay_on_the_phone(torget, visitor("sv", width=390), patron)
    expect(desk.page.locator(".torget-panel--green")).to_be_visible(timeout=SETTLED_MS_MAX)
    desk.look_at_every_width()
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (0, 580)
    desk.open("/staff/links/")
    desk.look_at_every_width()


def test_a_kiosk_hands_over_to_the_phone_and_forgets(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((420, "RAS/PK"))
    screen = visitor("fi")
    screen.open_in_own_language("/kiosk/")
    screen.look()
    screen.try_to_sign_in(patron.card_number, "0000")
    screen.look()
    screen.try_to_sign_in(patron.card_number, patron.pin)
    screen.is_at("/kiosk/fees/")
    screen.look()
    screen.page.locator("form[data-totals] button.govuk-button").click()
    screen.is_at("/kiosk/code/")
    screen.look()
    pay_on_the_phone(torget, visitor("fi", width=390), patron)
    expect(screen.page.locator(".torget-panel--green")).to_be_visible(timeout=SETTLED_MS_MAX)
    screen.look()
    screen.page.get_by_role("button", name=screen.says("Finish and forget me")).click()
    screen.is_at("/kiosk/$")
    screen.open("/kiosk/fees/")
    screen.is_at("/kiosk/$")


def test_an_exchange_is_tried_out(torget: RunningTorget, visitor: NewVisitor) -> None:
    coordinator = at_work(visitor, "coordinator", "sv")
    coordinator.open("/staff/libraries/whose-money/")
    coordinator.look_at_every_width()
    coordinator.open("/staff/libraries/exchange/")
    coordinator.look_at_every_width()
    press(coordinator, "main form button.govuk-button")
    coordinator.sees("Paste an exchange")
    coordinator.look_at_every_width()
    coordinator.page.locator("#id_setting").select_option(index=1)
    coordinator.page.fill("#id_text", "6300120261128    101010Y         AOHELLE|AA26380000000014|AD1907|")
    press(coordinator, "main form button.govuk-button")
    expect(coordinator.page.locator("main")).not_to_contain_text("1907")
    coordinator.look_at_every_width()
