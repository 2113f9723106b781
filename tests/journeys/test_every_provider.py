"""A patron leaves each payment provider's own page without paying, and then pays there; Paytrail is everywhere else."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor

BRANCHES = {"ceepos": "HAN/PK", "visma_pay": "INK/PK", "mobilepay": "SIU/PK", "stripe": "RAS/PK"}


def to_the_page(torget: RunningTorget, someone: Visitor, provider: str) -> None:
    """From the fees to the provider's page; Stripe is Raasepori's second, where the first gives no page."""
    someone.check_fees()
    if provider == "stripe":
        torget.paytrail.knobs.turn(outage={"kind": "error_503", "count": 1})
        someone.pay_button.click()
        someone.sees("The payment service gave no page to pay on. Nothing was charged. You can choose the fees again.")
        someone.look_at_every_width()
        someone.page.locator("form[action$='/other-service/'] button").click()
    else:
        someone.pay_button.click()
    someone.is_at_provider()
    assert f"/{provider}/pay/" in someone.page.url


@pytest.mark.parametrize("provider", BRANCHES)
def test_who_leaves_the_page_can_still_pay(torget: RunningTorget, visitor: NewVisitor, provider: str) -> None:
    patron = torget.patron((250, BRANCHES[provider]))
    someone = visitor("sv", width=390)
    someone.sign_in(patron)
    to_the_page(torget, someone, provider)
    someone.at_provider("cancel")
    go_on = someone.page.locator("form[action$='/continue/'] button")
    expect(go_on.or_(someone.page.locator(".govuk-tag--red"))).to_be_visible(timeout=SETTLED_MS_MAX)
    someone.look()
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (250, 0)
    if provider == "stripe":
        # It tells nobody that the payer has left, and the page stays payable.
        go_on.click()
    else:
        someone.open("/fees/")
        to_the_page(torget, someone, provider)
    someone.at_provider("pay")
    someone.is_paid()
    someone.look()
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (0, 250)
    assert torget.payments(patron) == [("failed", 250), ("registered", 250)]
