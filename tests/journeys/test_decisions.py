"""From a matter to the signed decision and the library's books: an official at work, and a decision without one."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from tests.world import make_fee, make_patron
from torget.sandbox.population import SandboxItem, SandboxPatron

WIDTHS = (390, 1280)


def late_patron(torget: RunningTorget, days_late: int, cents: int = 600) -> tuple[SandboxPatron, int]:
    """Somebody who brought a book back so many days after its time."""
    due = datetime.now(UTC).date() - timedelta(days=40)
    number = next(torget._numbers)
    item = SandboxItem(item_id=number, title="Pappan och havet", home_branch="PRV/PK", barcode=str(number))
    fee = make_fee(number, cents, item_id=number, due_date=due, returned_on=due + timedelta(days=days_late))
    patron = make_patron(next(torget._numbers), fee)
    torget.load(patron, (item,))
    return patron, number


def open_matter(torget: RunningTorget, patron: SandboxPatron, fee: int, procedure: str, **more: Any) -> dict[str, Any]:
    subject = {
        "patron_reference": str(patron.patron_id),
        "card_number": patron.card_number,
        "fee_reference": str(fee),
        "origin": f"conversation:{fee}",
        **{key: value for key, value in more.items() if key not in ("language", "name")},
    }
    wish = {"procedure": procedure, "language": more.get("language", "sv"), "name": more["name"], "subject": subject}
    made: dict[str, Any] = json.loads(torget.run("tests.journeys.open_matter", json.dumps(wish)))
    return made


def staff_at_work(visitor: NewVisitor, language: str, username: str, **more: Any) -> Visitor:
    someone = visitor(language, **more)
    someone.open("/staff/sign-in/")
    if someone.page.locator("html").get_attribute("lang") != language:
        someone.choose_language(language)
    someone.page.fill("#id_username", username)
    someone.page.fill("#id_password", "torget-demo")
    someone.page.locator("main form button[type=submit]").click()
    someone.is_at("/staff/")
    if someone.page.locator("html").get_attribute("lang") != language:
        someone.choose_language(language)
    return someone


def wait_for(torget: RunningTorget, question: str, *values: object) -> Any:
    deadline = time.monotonic() + SETTLED_MS_MAX / 1000
    while time.monotonic() < deadline:
        found = torget.ask(question, *values)
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(torget.log()[-3000:])


def look_at_widths(someone: Visitor) -> None:
    for width in WIDTHS:
        someone.page.set_viewport_size({"width": width, "height": 844})
        someone.look()
    someone.page.set_viewport_size({"width": 320, "height": 844})
    someone.look(with_axe=False)
    someone.page.set_viewport_size({"width": 1280, "height": 844})


def test_an_official_signs_a_disputed_fee_in_swedish(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron, fee = late_patron(torget, days_late=0)
    case = open_matter(torget, patron, fee, "fee_dispute", claim="returned_in_time", name="Linnea Sandskär")
    wait_for(torget, "SELECT id FROM decisions_decision WHERE case_id = %s AND state = 'draft'", case["id"])
    official = staff_at_work(visitor, "sv", "official.porvoo")
    look_at_widths(official)
    official.open("/staff/cases/")
    official.page.fill("#id_text", "sandskar")
    official.page.locator("main form button[type=submit]").first.click()
    look_at_widths(official)
    official.page.get_by_role("link", name="Linnea Sandskär").first.click()
    look_at_widths(official)
    official.page.get_by_role("button", name=official.says("Read and decide")).click()
    official.is_at(f"/staff/cases/{case['id']}/proposal/")
    expect(official.page.locator("main")).to_contain_text("Linnea Sandskär befrias från avgiften 6,00 €.")
    expect(official.page.locator("main")).to_contain_text("Linnea Sandskär vapautetaan maksusta 6,00 €.")
    look_at_widths(official)
    official.page.locator("a[href$='/blocks/2/']").click()
    look_at_widths(official)
    official.page.fill("#id_sv", "Boken kom tillbaka samma dag som lånet gick ut.")
    official.page.fill("#id_fi", "Kirja palautettiin samana päivänä, jona laina päättyi.")
    official.page.locator("main form button[type=submit]").click()
    official.is_at(f"/staff/cases/{case['id']}/proposal/")
    official.page.get_by_role("button", name=official.says("Sign the decision")).click()
    look_at_widths(official)
    official.page.check("#id_has_read")
    official.page.get_by_role("button", name=official.says("Sign"), exact=True).click()
    official.is_at("/staff/decisions/")
    wait_for(torget, "SELECT id FROM cases_case WHERE id = %s AND state = 'closed'", case["id"])
    assert torget.owed_cents(patron) == 0
    official.page.reload()
    look_at_widths(official)
    section, token, last_day = torget.ask(
        "SELECT section, token, last_day_to_appeal FROM decisions_decision WHERE case_id = %s AND state = 'signed'",
        case["id"],
    )[0]
    assert section >= 1
    assert last_day > datetime.now(UTC).date()
    pdf = official.page.request.get(f"{torget.url}/decision/{token}/pdf/")
    assert pdf.body().startswith(b"%PDF-")
    party = visitor("sv", width=390)
    party.open(f"/decision/{token}/")
    party.choose_language("sv")
    expect(party.page.locator("main")).to_contain_text("Boken kom tillbaka samma dag")
    look_at_widths(party)
    assert "0 differ" in torget.run("torget", "replay")


def test_more_time_is_granted_by_itself_in_finnish(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron, fee = late_patron(torget, days_late=9, cents=180)
    pay_by = (datetime.now(UTC).date() + timedelta(days=60)).isoformat()
    case = open_matter(
        torget, patron, fee, "payment_time", language="fi", name="Aino Rantakivi", channel="form",
        ground="finances", address_in_finland="yes", pay_by=pay_by,
    )  # fmt: skip
    (token,) = wait_for(torget, "SELECT token FROM decisions_decision WHERE case_id = %s AND is_automatic", case["id"])
    wait_for(torget, "SELECT id FROM cases_case WHERE id = %s AND state = 'closed'", case["id"])
    assert torget.ask("SELECT until::text FROM fees_paymenttime WHERE fee_reference = %s", str(fee)) == [(pay_by,)]
    party = visitor("fi", width=390)
    party.open(f"/decision/{token}/")
    if party.page.locator("html").get_attribute("lang") != "fi":
        party.choose_language("fi")
    expect(party.page.locator("main")).to_contain_text("Asia on ratkaistu automaattisesti")
    expect(party.page.locator("main")).to_contain_text("53 e–53 g §")
    look_at_widths(party)
    keeper = staff_at_work(visitor, "fi", "official.porvoo")
    for path in ("/staff/rules/", "/staff/rules/payment_time/", f"/staff/cases/{case['id']}/"):
        keeper.open(path)
        look_at_widths(keeper)


@pytest.mark.parametrize("how", ["keyboard", "no script"])
def test_signing_without_a_mouse_or_without_script(torget: RunningTorget, visitor: NewVisitor, how: str) -> None:
    patron, fee = late_patron(torget, days_late=3)
    case = open_matter(torget, patron, fee, "fee_dispute", claim="returned_in_time", name="Göran Bergudd")
    (draft,) = wait_for(torget, "SELECT id FROM decisions_decision WHERE case_id = %s AND state = 'draft'", case["id"])
    more = {"java_script_enabled": False} if how == "no script" else {}
    official = staff_at_work(visitor, "sv", "official.porvoo", **more)
    official.open(f"/staff/proposals/{draft}/sign/")
    if how == "keyboard":
        keyboard = official.page.keyboard
        for selector, key in (("#id_has_read", "Space"), ("main form button[type=submit]", "Enter")):
            target = official.page.locator(selector).first
            for _ in range(40):
                keyboard.press("Tab")
                if target.evaluate("element => element === document.activeElement"):
                    break
            keyboard.press(key)
    else:
        official.page.check("#id_has_read")
        official.page.locator("main form button[type=submit]").first.click()
    official.is_at("/staff/decisions/")
    assert torget.ask("SELECT state, outcome FROM decisions_decision WHERE id = %s", draft) == [("signed", "uphold")]
