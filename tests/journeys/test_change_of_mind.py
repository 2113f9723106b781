"""Cancelling, leaving, going back, two tabs: what people do beside paying straight through."""

import time

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX

NOT_PAID = "The payment was cancelled or refused. Nothing was charged. You can choose the fees again."
IN_PAYMENT = "A fee you chose is in a payment that you have started. Nothing was charged. Finish it or give it up."


def test_cancelled_at_the_provider_and_paid_the_second_time(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((400, "PRV/PK"))
    someone = visitor("fi")
    someone.sign_in(patron)
    someone.go_to_provider()
    someone.at_provider("cancel")
    someone.sees(NOT_PAID, within_ms=SETTLED_MS_MAX)
    someone.look()
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (400, 0)
    someone.open("/fees/")
    someone.go_to_provider()
    someone.at_provider("pay")
    someone.is_paid()
    assert torget.payments(patron) == [("failed", 400), ("registered", 400)]


def test_paid_with_the_tab_closed(torget: RunningTorget, visitor: NewVisitor) -> None:
    """The provider's callback alone settles it; the receipt waits in the history."""
    patron = torget.patron((150, "PRV/PK"))
    someone = visitor("en")
    someone.sign_in(patron)
    someone.go_to_provider()
    someone.at_provider("pay_and_close_browser")
    expect(someone.page.locator("button[name=outcome]")).to_have_count(0)
    someone.page.close()
    later = someone.in_new_tab()
    later.open("/history/")
    receipt = later.page.locator("main a[href*='/receipt/']")
    deadline = time.monotonic() + SETTLED_MS_MAX / 1000
    while not receipt.count() and time.monotonic() < deadline:
        later.page.reload()
    receipt.click()
    later.is_at("/receipt/")
    later.look(with_axe=False)
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (0, 150)


def test_back_from_the_provider_and_back_after_paying(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((210, "SIP/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    someone.go_to_provider()
    someone.page.go_back()
    # The payment that was left holds the fee, so the check page has nothing to show and leads to the fees.
    someone.is_at("/fees/[?]")
    someone.sees(IN_PAYMENT)
    someone.look(with_axe=False)
    someone.sees("You have started to pay this fee.")
    someone.page.locator("main a[href*='/checkout/']").click()
    someone.page.locator("form[action$='/continue/'] button").click()
    someone.at_provider("pay")
    someone.is_paid()
    someone.page.go_back()
    someone.page.wait_for_load_state()
    someone.open("/fees/")
    someone.sees("You owe nothing")
    assert torget.payments(patron) == [("registered", 210)]
    assert torget.credited_cents(patron) == 210


def test_the_same_fees_in_two_tabs_are_paid_once(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((500, "PRV/PK"), (90, "PRV/PK"))
    first = visitor("fi")
    first.sign_in(patron)
    second = first.in_new_tab()
    first.check_fees()
    second.open("/fees/")
    second.check_fees()
    first.pay_button.click()
    first.is_at_provider()
    second.pay_button.click()
    second.is_at("/fees/")
    second.sees(IN_PAYMENT)
    second.look()
    first.at_provider("pay")
    first.is_paid()
    assert torget.payments(patron) == [("registered", 590)]
    assert torget.credited_cents(patron) == 590


def test_a_started_payment_is_given_up_and_the_fees_are_free(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((310, "PRV/PK"), (200, "RAS/PK"))
    someone = visitor("en", width=320)
    someone.sign_in(patron)
    someone.go_to_provider()
    someone.open("/fees/")
    someone.page.locator("main a[href*='/checkout/']").first.click()
    someone.look()
    someone.page.locator("form[action$='/give-up/'] button").click()
    someone.is_at("/fees/")
    someone.sees("The payment was given up. Nothing was charged for it.")
    someone.look()
    expect(someone.page.locator("input[name=fee]:checked")).to_have_count(2)
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (510, 0)


def test_pay_is_pressed_twice_and_starts_one_payment(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((180, "PRV/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    someone.check_fees()
    someone.pay_button.dblclick()
    someone.is_at_provider()
    assert len(torget.payments(patron)) == 1
