"""Finance closes a month in Finnish, the coordinator shares a cost in Swedish; keyboard alone, no JavaScript."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import Visitor
from torget.payments.core.months import Month

# The past cannot be paid in the browser: an entry as the worker writes it, at another time.
_ENTRY = """
WITH entry AS (
    INSERT INTO ledger_journalentry (municipality_id, key, kind, happened_at)
    SELECT id, %s, %s, %s FROM cooperations_municipality WHERE slug = 'porvoo' RETURNING id
)
INSERT INTO ledger_posting (entry_id, account, amount_cents)
SELECT entry.id, posting.* FROM entry, unnest(%s::text[], %s::bigint[]) AS posting
"""


_COST = "SELECT amount_cents, parts FROM closing_sharedcost WHERE description = %s AND reverses_id IS NULL"
_LEFT_OF_COST = """
SELECT cost.amount_cents + reversal.amount_cents
FROM closing_sharedcost AS cost JOIN closing_sharedcost AS reversal ON reversal.reverses_id = cost.id
WHERE cost.description = %s
"""


@pytest.fixture(scope="module")
def month(torget: RunningTorget) -> Month:
    """The month before this one, with a sale, and a little money that nobody can explain."""
    last = Month.of(datetime.now(UTC)).preceding
    entries: list[tuple[str, list[str], list[int]]] = [
        ("paid", ["provider", "unregistered"], [1505, -1505]),
        ("registered", ["unregistered", "income:3100", "income:3140:255", "vat:255:3140"], [1505, -250, -1000, -255]),
        ("suspense", ["bank", "suspense"], [90, -90]),
    ]
    for kind, accounts, cents in entries:
        torget.do(_ENTRY, f"{kind}:journey", kind, last.starts_at, accounts, cents)
    return last


def press(someone: Visitor, selector: str) -> None:
    """With the keyboard alone: go to it, and Enter."""
    control = someone.page.locator(selector).first
    control.focus()
    expect(control).to_be_focused()
    someone.page.keyboard.press("Enter")
    someone.page.wait_for_load_state()


def download(someone: Visitor, selector: str) -> tuple[str, bytes]:
    with someone.page.expect_download() as coming:
        press(someone, selector)
    return coming.value.suggested_filename, coming.value.path().read_bytes()


def test_finance_closes_a_month_in_finnish_and_downloads(
    torget: RunningTorget, visitor: NewVisitor, month: Month
) -> None:
    finance = at_work(visitor, "finance.porvoo", "fi")
    finance.look_at_every_width()
    press(finance, "main a[href='/staff/months/']")
    finance.is_at("/staff/months/porvoo/")
    finance.look_at_every_width()
    press(finance, f"main a[href='/staff/months/porvoo/{month}/']")
    finance.look_at_every_width()
    press(finance, f"main a[href='/staff/months/porvoo/{month}/close/']")
    finance.look_at_every_width()
    press(finance, "main form button.govuk-button--warning")
    finance.sees("Something is still open. Write why the month can be closed all the same")
    finance.look_at_every_width()
    finance.page.fill("#id_note", "Pankki selvittää")
    press(finance, "main form button.govuk-button--warning")
    finance.sees("Closed for good")
    finance.look_at_every_width()
    files = {kind: download(finance, f"main a[href$='/file/{kind}/']") for kind in ("csv", "xlsx", "pdf")}
    assert [name for name, _ in files.values()] == [
        f"porvoo-{month}.csv",
        f"porvoo-{month}-fi.xlsx",
        f"porvoo-{month}-fi.pdf",
    ]
    assert files["pdf"][1].startswith(b"%PDF")
    finance.page.reload()
    finance.sees("Made before")
    assert download(finance, "main a[href$='/file/csv/']") == files["csv"]
    finance.look_at_every_width()
    press(finance, "main a[href^='/staff/months/porvoo/columns/sap/']")
    finance.look_at_every_width()
    filled = re.sub(r"^(\w+) =$", r"\1 = 1799", finance.page.locator("#id_accounts").input_value(), flags=re.MULTILINE)
    finance.page.fill("#id_accounts", filled)
    press(finance, "button[name=preview]")
    expect(finance.page.locator("pre")).to_contain_text("1799")
    finance.look_at_every_width()
    press(finance, "button[name=save]")
    finance.sees("In use")
    finance.look_at_every_width()
    finance.open(f"/staff/months/porvoo/{month}/")
    name, content = download(finance, "main a[href$='/file/sap/']")
    assert name.startswith(f"porvoo-{month}-sap-v")
    assert content.startswith(b"Company Code;")
    finance.open("/staff/months/porvoo/check/")
    finance.sees("All closed months are unchanged")
    finance.look_at_every_width()
    assert torget.ask("SELECT month, note FROM closing_closedmonth") == [(str(month), "Pankki selvittää")]


def fill_in_cost(someone: Visitor, description: str) -> None:
    page = someone.page
    page.fill("#id_description", description)
    page.fill("#id_amount", "1 250,01")
    for name, (day, number) in {"first_day": ("1", "1"), "last_day": ("31", "12")}.items():
        page.fill(f"input[name={name}_day]", day)
        page.fill(f"input[name={name}_month]", number)
        page.fill(f"input[name={name}_year]", "2026")


def test_the_coordinator_shares_a_cost_in_swedish_without_javascript(
    torget: RunningTorget, visitor: NewVisitor
) -> None:
    coordinator = at_work(visitor, "coordinator", "sv", java_script_enabled=False)
    page = coordinator.page
    coordinator.open("/staff/months/")
    coordinator.look(with_axe=False)
    coordinator.open("/staff/shared-costs/helle/")
    press(coordinator, "main a[href='/staff/shared-costs/helle/new/']")
    press(coordinator, "main form button.govuk-button")
    coordinator.sees("Write what the cost is for")
    fill_in_cost(coordinator, "Drift av tjänsten")
    press(coordinator, "main form button.govuk-button")
    coordinator.sees("Check the parts")
    press(coordinator, "button[name=change]")
    expect(page.locator("#id_amount")).to_have_value("1 250,01")
    press(coordinator, "main form button.govuk-button")
    press(coordinator, "button[name=confirmed]")
    coordinator.sees("The cost is entered. Every member sees it on its invoice basis.")
    ((amount, parts),) = torget.ask(_COST, "Drift av tjänsten")
    assert (amount, sum(parts.values())) == (125_001, 125_001)
    # Another journey may have brought a thirteenth member.
    assert len(parts) >= 12
    press(coordinator, "main a[href$='/take-back/']")
    page.fill("#id_why", "Fel belopp")
    press(coordinator, "main form button.govuk-button--warning")
    coordinator.sees("The cost is taken back. Enter it anew if it should be another amount.")
    ((left,),) = torget.ask(_LEFT_OF_COST, "Drift av tjänsten")
    assert left == 0
    coordinator.open("/staff/shared-costs/helle/")
    coordinator.sees("Taken back")


def test_the_pages_of_a_shared_cost(torget: RunningTorget, visitor: NewVisitor) -> None:
    coordinator = at_work(visitor, "coordinator", "sv")
    coordinator.open("/staff/months/")
    coordinator.look_at_every_width()
    coordinator.open("/staff/shared-costs/helle/new/")
    coordinator.look_at_every_width()
    fill_in_cost(coordinator, "Utbildning")
    press(coordinator, "main form button.govuk-button")
    coordinator.look_at_every_width()
    press(coordinator, "button[name=confirmed]")
    coordinator.look_at_every_width()
    press(coordinator, "main a[href$='/take-back/']")
    coordinator.look_at_every_width()
    coordinator.open("/staff/shared-costs/helle/")
    coordinator.look_at_every_width()
    name, content = download(coordinator, "main a[href$='/file/pdf/']")
    assert (name, content[:4]) == ("helle-costs-2026.pdf", b"%PDF")
    member = at_work(visitor, "finance.sipoo", "fi", 390)
    member.open("/staff/shared-costs/helle/")
    member.look()
    expect(member.page.locator("main a[href$='/new/']")).to_have_count(0)
