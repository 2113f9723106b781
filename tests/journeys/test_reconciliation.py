"""Finance brings a provider's file and the bank's, looks at what is found, settles it and takes that back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.database.settling import IBANS, bank_statement, csv_file, csv_row
from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.test_months import press
from tests.journeys.test_refunds import paid
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor

HOME = "/staff/reconciliation/"


def bring(finance: Visitor, path: Path, of: str) -> None:
    """Upload a file and wait until the page says that it is read."""
    finance.open(f"{HOME}files/upload/")
    finance.look()
    finance.page.get_by_label(of).check()
    finance.page.set_input_files("#id_file", path)
    finance.page.locator("main form button.govuk-button").click()
    finance.is_at(f"{HOME}files/")


@pytest.mark.parametrize(("language", "width"), [("sv", 390), ("fi", 1280)])
def test_finance_settles_a_finding(
    torget: RunningTorget, visitor: NewVisitor, tmp_path: Path, language: str, width: int
) -> None:
    today = datetime.now(UTC).date()
    _patron, payment_id, _someone = paid(torget, visitor, (420, "RAS/PK"))
    ((token,),) = torget.ask("SELECT token::text FROM checkout_payment WHERE id = %s", payment_id)
    number = f"{payment_id}{width}"
    finance = at_work(visitor, "finance.raasepori", language, width)
    finance.open(HOME)
    finance.look()
    finance.open(f"{HOME}bank-accounts/")
    finance.look()
    if not torget.ask("SELECT 1 FROM settlement_bankaccount"):
        finance.page.fill("#id_iban", IBANS["raasepori"])
        finance.page.locator("main form button.govuk-button").last.click()
        finance.sees("The account is known. Bring its statements now.")
    file = tmp_path / "tilitys.csv"
    rows = [
        csv_row(token, 420, settlement=number, settlement_reference=number, day=today),
        csv_row(f"unknown-{number}", 77, settlement=number, settlement_reference=number, day=today),
    ]
    file.write_bytes(csv_file(*rows).replace(b"25-11-2026", f"{today:%d-%m-%Y}".encode()))
    bring(finance, file, "Paytrail")
    finance.sees("What is in it", within_ms=SETTLED_MS_MAX)
    finance.look()
    statement = tmp_path / "tiliote.xml"
    statement.write_bytes(bank_statement("raasepori", (497, number), number=int(number), day=today + timedelta(days=1)))
    bring(finance, statement, finance.says("Bank statement, %(municipality)s").partition(",")[0])
    finance.sees("Came in", within_ms=SETTLED_MS_MAX)
    finance.look()
    for _ in range(SETTLED_MS_MAX // 500):
        finance.page.wait_for_timeout(500)
        if torget.ask("SELECT 1 FROM settlement_item WHERE subject = %s AND row_class = 'matched'", number):
            break
    finance.open(f"{HOME}items/?class=missing_here&leg=rows")
    finance.look()
    finance.page.get_by_role("link", name=f"unknown-{number}").click()
    finance.sees("Nothing of ours belongs to this row. The money stands on suspense.")
    finance.look()
    finance.page.locator("main form button.govuk-button").last.click()
    finance.sees("Write why it is settled")
    finance.look()
    finance.page.fill("#id_note", "Kirjastokaupan oma myynti")
    finance.page.locator("main form button.govuk-button").last.click()
    finance.sees("Settled. You can take that back on this page.")
    finance.look()
    finance.page.locator("main form[action$='/undo/'] button").click()
    finance.sees("Taken back. It is a finding again.")
    finance.open(f"{HOME}items/?class=matched&leg=bank")
    finance.look()
    finance.page.get_by_role("link", name=number).first.click()
    finance.sees("The bank has just the sum that the payment service paid out.")
    finance.look()
    for path in ("runs/", "files/", ""):
        finance.open(f"{HOME}{path}")
        finance.look()
    finance.page.locator("main a[href*='/runs/']").last.click()
    finance.look()


def test_everything_is_checked_and_fees_are_agreed_with_the_keyboard(
    torget: RunningTorget, visitor: NewVisitor
) -> None:
    finance = at_work(visitor, "finance.raasepori", "sv")
    page = finance.page
    finance.open(f"{HOME}full-check/")
    press(finance, "form[action$='/now/'] button")
    finance.sees("Everything is compared anew. Open the page again in a moment.")
    for _ in range(SETTLED_MS_MAX // 500):
        page.wait_for_timeout(500)
        if torget.ask("SELECT 1 FROM settlement_fullaudit WHERE finished_at IS NOT NULL"):
            break
    finance.open(f"{HOME}full-check/")
    finance.sees("Agrees")
    finance.look_at_every_width()
    finance.open("/staff/agreed-fees/")
    press(finance, "main a[href$='/new/']")
    page.fill("#id_percent", "1,355")
    press(finance, "main form button.govuk-button")
    finance.sees("Enter a number with at most two decimals, such as 1,35")
    finance.look_at_every_width()
    page.fill("#id_percent", "1,35")
    page.fill("#id_fixed", "0,35")
    for part, number in {"day": 1, "month": 1, "year": 2027}.items():
        page.fill(f"input[name=valid_from_{part}]", str(number))
    press(finance, "main form button.govuk-button")
    finance.sees("Saved. From the next comparison on, the rows of the payment service are judged by it.")
    finance.look_at_every_width()
    press(finance, "main a[href*='/change/']")
    expect(page.locator("#id_percent")).to_have_value("1,35")
    press(finance, "form[action$='/withdraw/'] button")
    finance.sees("Withdrawn. Without terms the payment service's fees are booked and not judged.")
    finance.open("/staff/shared-costs/helle/between/")
    finance.look_at_every_width()
