"""Refunds in the browser: the desk asks, a second person agrees, the patron sees it; on a phone and wide."""

import pytest
from playwright.sync_api import expect

from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from torget.sandbox.population import SandboxPatron


def paid(
    torget: RunningTorget, visitor: NewVisitor, *fees: tuple[int, str | None]
) -> tuple[SandboxPatron, int, Visitor]:
    """A patron who has paid all fees, the payment's number, and the patron's browser."""
    patron = torget.patron(*fees)
    someone = visitor("sv", width=390)
    someone.sign_in(patron)
    someone.go_to_provider()
    someone.at_provider("pay")
    someone.is_paid()
    ((payment_id,),) = torget.ask("SELECT id FROM checkout_payment WHERE patron_reference = %s", str(patron.patron_id))
    return patron, payment_id, someone


def fill_in(employee: Visitor, payment_id: int, *, amount: str, fee: str, category: str = "paid_by_mistake") -> None:
    employee.open(f"/staff/payments/{payment_id}/refund/")
    employee.look()
    employee.page.locator("input[name=amount_1]").fill(amount)
    employee.page.locator(f"input[name=category][value={category}]").check()
    employee.page.fill("#id_note", "Asiakas maksoi vahingossa")
    employee.page.locator(f"input[name=fee][value={fee}]").check()
    employee.page.locator("main form button.govuk-button").click()
    employee.look()


@pytest.mark.parametrize(("language", "width"), [("fi", 390), ("sv", 1280), ("en", 320)])
def test_a_part_goes_back_and_the_fee_is_open_again(
    torget: RunningTorget, visitor: NewVisitor, language: str, width: int
) -> None:
    patron, payment_id, someone = paid(torget, visitor, (330, "PRV/PK"), (250, "PRV/PK"))
    desk = at_work(visitor, "desk.porvoo", language, width)
    fill_in(desk, payment_id, amount="1,30", fee="opens_again")
    desk.page.locator("button[name=change]").click()
    expect(desk.page.locator("input[name=amount_1]")).to_have_value("1,30")
    desk.page.locator("input[name=amount_2]").fill("")
    desk.page.locator("main form button.govuk-button").click()
    desk.page.locator("button[name=confirmed]").click()
    desk.is_at(f"/staff/payments/{payment_id}/")
    for _ in range(SETTLED_MS_MAX // 500):
        desk.page.wait_for_timeout(500)
        if torget.owed_cents(patron) == 130:
            break
    assert torget.owed_cents(patron) == 130
    desk.open(f"/staff/payments/{payment_id}/")
    desk.sees("The fee is open again in the library system")
    desk.look()
    someone.open("/history/")
    someone.look()
    someone.page.locator("a[href*='/credit-note/']").click()
    someone.sees("Credit note")
    someone.look()
    someone.page.locator("a.govuk-back-link").click()
    someone.sees("Refunds")
    someone.look()


def test_a_large_refund_needs_two_people(torget: RunningTorget, visitor: NewVisitor) -> None:
    _patron, payment_id, _someone = paid(torget, visitor, (6_000, "PRV/PK"))
    desk = at_work(visitor, "desk.porvoo", "sv", 390)
    fill_in(desk, payment_id, amount="60,00", fee="stays_paid", category="wrong_fee")
    desk.page.locator("button[name=confirmed]").click()
    desk.sees("Waits for a second person")
    desk.look()
    desk.open("/staff/work-list/")
    desk.look()
    desk.page.locator("main a[href*='/staff/refunds/']").first.click()
    expect(desk.page.locator("button[name=approve]")).to_have_count(0)
    desk.look()
    finance = at_work(visitor, "finance.porvoo", "fi", 390)
    finance.open("/staff/work-list/")
    finance.look()
    finance.page.locator("main a[href*='/staff/refunds/']").first.click()
    finance.look()
    finance.page.locator("button[name=reject]").click()
    finance.sees("Write why you reject it")
    finance.look()
    finance.page.locator("button[name=approve]").click()
    finance.is_at(f"/staff/payments/{payment_id}/")
    finance.look()
    for _ in range(SETTLED_MS_MAX // 500):
        finance.page.wait_for_timeout(500)
        if torget.ask("SELECT state FROM checkout_payment WHERE id = %s", payment_id) == [("refunded",)]:
            break
    assert torget.ask("SELECT refunded_cents FROM checkout_payment WHERE id = %s", payment_id) == [(6000,)]


def test_the_desk_raises_a_fee_and_sorts_out_a_lost_refund(torget: RunningTorget, visitor: NewVisitor) -> None:
    """Pages of the rarer errands, on a phone and wide."""
    _patron, payment_id, _someone = paid(torget, visitor, (330, "PRV/PK"))
    desk = at_work(visitor, "desk.porvoo", "fi", 390)
    fill_in(desk, payment_id, amount="3,30", fee="opens_again")
    desk.page.locator("button[name=confirmed]").click()
    for _ in range(SETTLED_MS_MAX // 500):
        desk.page.wait_for_timeout(500)
        if torget.ask("SELECT state FROM checkout_reversal ORDER BY id DESC LIMIT 1") == [("booked",)]:
            break
    torget.do("UPDATE checkout_reversal SET state = 'desk', desk_reason = 'unclear'")
    ((reversal_id,),) = torget.ask("SELECT max(id) FROM checkout_reversal")
    desk.open("/staff/work-list/")
    desk.sees("Fees to raise again at the desk")
    desk.look()
    desk.open(f"/staff/fees/{reversal_id}/raised/")
    desk.look()
    desk.page.locator("main form button.govuk-button").first.click()
    desk.sees("Write what you did in the library system")
    desk.page.fill("#id_note", "Manuaalinen maksu 12")
    desk.page.locator("main form button.govuk-button").first.click()
    desk.is_at(f"/staff/payments/{payment_id}/")
    torget.do(
        "UPDATE checkout_payment SET state = 'attention', attention_reason = 'refund_unanswered' WHERE id = %s",
        payment_id,
    )
    torget.do("UPDATE checkout_refund SET state = 'pending', credit_note = NULL WHERE payment_id = %s", payment_id)
    desk.open(f"/staff/payments/{payment_id}/")
    desk.look()
    desk.open(f"/staff/payments/{payment_id}/mark-refunded/")
    desk.look()
    desk.open(f"/staff/payments/{payment_id}/mark-not-refunded/")
    desk.look()
    desk.page.locator("main form button.govuk-button").click()
    desk.sees("Look in the payment service first")
    desk.page.locator("input[name=looked]").check()
    desk.page.fill("#id_note", "Ei näy palvelussa")
    desk.page.locator("main form button.govuk-button").click()
    desk.sees("A refund did not happen")
    desk.look()
    desk.open(f"/staff/payments/{payment_id}/mark-refunded/")
    desk.look()
    desk.open(f"/staff/payments/{payment_id}/let-stand/")
    desk.look()
