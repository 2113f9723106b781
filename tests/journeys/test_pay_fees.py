"""Paying, from the sign-in page to the receipt."""

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget


def test_fees_of_three_municipalities_are_paid_in_two_payments(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((250, "PRV/PK"), (120, "SIP/PK"), (330, "RAS/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    expect(someone.page.locator("[data-total]")).to_have_text("7,00 €")
    someone.check_fees()
    someone.sees("Continue to the first payment")
    someone.pay_button.click()
    someone.at_provider("pay")
    someone.sees("One part is still to be paid", within_ms=20_000)
    someone.page.locator("form[action$='/continue/'] button").click()
    someone.at_provider("pay")
    someone.is_paid()
    assert torget.payments(patron) == [("registered", 370), ("registered", 330)]
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (0, 700)
    someone.page.locator("a[href*='/receipt/']").first.click()
    someone.look()
    someone.open("/fees/")
    someone.sees("You owe nothing")
    someone.open("/history/")
    expect(someone.page.locator("main section")).to_have_count(2)
    someone.look()
