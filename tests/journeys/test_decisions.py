"""From a matter to the signed decision and the library's books: an official at work, and a decision without one."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.human_time import HumanTime
from tests.journeys.running_torget import RunningTorget
from tests.journeys.test_questions import ask, sign_in_agent
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from tests.world import make_fee, make_patron
from torget.sandbox.population import SandboxItem, SandboxPatron


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


def test_one_errand_in_swedish_from_the_fee_to_the_money(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron, fee = late_patron(torget, days_late=0)
    someone, agent = visitor("sv", width=390), visitor("sv")
    ask(someone, patron)
    errand = someone.page.url.partition("?")[0]
    someone.page.fill("#id_body", "Här är mitt kvitto.")
    someone.page.set_input_files("#id_attachments", {"name": "kvitto.pdf", "mimeType": "x", "buffer": b"%PDF-1.4 x"})
    someone.page.locator("#reply button.govuk-button").click()
    someone.sees("Your message has been sent.")
    expect(someone.page.locator("main")).to_contain_text("kvitto.pdf")
    someone.look()
    sign_in_agent(agent, "agent.porvoo")
    agent.open("/staff/conversations/")
    first = HumanTime(agent)
    row = agent.page.locator(".torget-queue__row", has_text="Här är mitt kvitto.")
    first.reads("the row of the queue", row)
    first.clicks("the conversation", row.locator("a"))
    first.reads("what the person wrote", *agent.page.locator(".torget-message--in").all())
    first.reads("the fee", agent.page.locator("section", has=agent.page.locator("#fee-lines")))
    first.clicks("make a matter of it", agent.page.get_by_role("button", name=agent.says("Make a matter of it")))
    agent.sees("It is a registered matter now. A preparer goes on with it.")
    agent.look()
    (case_id,) = torget.ask("SELECT id FROM cases_case WHERE subject->>'fee_reference' = %s", str(fee))[0]
    wait_for(torget, "SELECT id FROM decisions_decision WHERE case_id = %s AND state = 'draft'", case_id)
    official = staff_at_work(visitor, "sv", "official.porvoo")
    second = sign_as_official(torget, official, case_id)
    print("\n".join(("agent", *first.said, "official", *second.said)))
    assert first.seconds + second.seconds < 120, (first.said, second.said)
    wait_for(torget, "SELECT id FROM cases_case WHERE id = %s AND state = 'closed'", case_id)
    assert torget.owed_cents(patron) == 0
    official.page.reload()
    official.look_at_every_width()
    publish(official)
    section, token, last_day = torget.ask(
        "SELECT section, token, last_day_to_appeal FROM decisions_decision WHERE case_id = %s AND state = 'signed'",
        case_id,
    )[0]
    assert last_day > datetime.now(UTC).date()
    someone.page.goto(errand)
    timeline = someone.page.locator(".torget-timeline")
    expect(timeline).to_contain_text(f"{section} § {last_day.year}"[: len(str(section)) + 2])
    expect(timeline).to_contain_text("Befria från avgiften 6,00 €")
    expect(timeline).to_contain_text(f"{last_day.day}.{last_day.month}.{last_day.year}")
    expect(timeline).to_contain_text(someone.says("What was decided has been done"))
    expect(timeline).to_contain_text(someone.says("The fee is no longer on hold"))
    someone.look()
    pdf = someone.page.request.get(f"{torget.url}/decision/{token}/pdf/")
    assert pdf.body().startswith(b"%PDF-")
    someone.page.get_by_role("link", name=someone.says("Read the decision"), exact=True).click()
    expect(someone.page.locator("main")).to_contain_text("Åsa Övre befrias från avgiften 6,00 €.")
    someone.look_at_every_width()
    everybody = visitor("sv")
    everybody.open("/decisions/porvoo/")
    everybody.choose_language("sv")
    everybody.look_at_every_width()
    everybody.page.locator(".torget-case a").first.click()
    expect(everybody.page.locator("main")).not_to_contain_text("Åsa Övre")
    everybody.look_at_every_width()
    assert "0 differ" in torget.run("torget", "replay")


def sign_as_official(torget: RunningTorget, official: Visitor, case_id: int) -> HumanTime:
    """From the list of matters to the signature, the way one works."""
    page, told = official.page, HumanTime(official)
    number = torget.ask("SELECT number FROM cases_case WHERE id = %s", case_id)[0][0]
    official.open("/staff/cases/")
    official.look_at_every_width()
    row = page.locator(".torget-case", has_text=number)
    told.reads("the row of the list", row)
    told.clicks("the matter", row.locator("a"))
    official.look_at_every_width()
    told.clicks("read and decide", page.get_by_role("button", name=official.says("Read and decide")))
    expect(page.locator("main")).to_contain_text("Åsa Övre befrias från avgiften 6,00 €.")
    expect(page.locator("main")).to_contain_text("Åsa Övre vapautetaan maksusta 6,00 €.")
    official.look_at_every_width()
    told.reads("the proposal in both languages", page.locator(".torget-proposal > div").first)
    told.reads("the reasons", page.locator("section", has=page.locator("#reasons")))
    told.clicks("sign the decision", page.get_by_role("button", name=official.says("Sign the decision")))
    official.look_at_every_width()
    told.clicks("I have read it", page.locator("#id_has_read"))
    told.clicks("sign", page.get_by_role("button", name=official.says("Sign"), exact=True))
    official.is_at("/staff/decisions/")
    return told


def publish(official: Visitor) -> None:
    official.page.get_by_role("link", name=official.says("Publish"), exact=True).click()
    official.look_at_every_width()
    here = official.page.url
    official.page.locator("main form button.govuk-button").click()
    official.sees("The decision is published.")
    official.page.goto(here)
    official.sees("The decision has been published already.")


def test_an_official_edits_before_signing_in_swedish(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron, fee = late_patron(torget, days_late=0)
    case = open_matter(torget, patron, fee, "fee_dispute", claim="returned_in_time", name="Linnea Sandskär")
    wait_for(torget, "SELECT id FROM decisions_decision WHERE case_id = %s AND state = 'draft'", case["id"])
    official = staff_at_work(visitor, "sv", "official.porvoo")
    official.open("/staff/cases/")
    official.page.fill("#id_text", "sandskar")
    official.page.locator("main form button[type=submit]").first.click()
    official.look_at_every_width()
    official.page.get_by_role("link", name="Linnea Sandskär").first.click()
    official.page.get_by_role("button", name=official.says("Read and decide")).click()
    official.page.locator("a[href$='/blocks/2/']").click()
    official.look_at_every_width()
    official.page.fill("#id_sv", "Boken kom tillbaka samma dag som lånet gick ut.")
    official.page.fill("#id_fi", "Kirja palautettiin samana päivänä, jona laina päättyi.")
    official.page.locator("main form button[type=submit]").click()
    official.is_at(f"/staff/cases/{case['id']}/proposal/")
    expect(official.page.locator("main")).to_contain_text("Boken kom tillbaka samma dag")


def test_more_time_is_granted_by_itself_in_finnish(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron, fee = late_patron(torget, days_late=9, cents=180)
    keeper = staff_at_work(visitor, "fi", "official.porvoo")
    commission_on_the_page(keeper)
    someone = visitor("fi", width=390)
    page, pay_by = someone.page, datetime.now(UTC).date() + timedelta(days=60)
    someone.sign_in(patron)
    page.locator('a[href$="/question/"]').first.click()
    page.locator("button[name=kind][value=payment_time]").click()
    someone.look()
    for part, value in (("day", pay_by.day), ("month", pay_by.month), ("year", pay_by.year)):
        page.fill(f"[name=pay_by_{part}]", str(value))
    page.check("input[name=ground][value=finances]")
    page.check("input[name=address_in_finland][value=yes]")
    page.locator("button[name=continue]").click()
    page.fill("#id_name", "Aino Rantakivi")
    page.fill("#id_email", "aino@example.fi")
    someone.look()
    page.locator("button[name=continue]").click()
    someone.look()
    page.locator("form[data-once] button").first.click()
    someone.is_at("/errand/")
    wait_for(
        torget,
        "SELECT 1 FROM cases_case WHERE subject->>'fee_reference' = %s AND state = 'closed'",
        str(fee),
    )
    page.reload()
    someone.sees("Decided automatically.")
    someone.look()
    page.get_by_role("link", name=someone.says("Read the decision"), exact=True).click()
    expect(page.locator("main")).to_contain_text("Asia on ratkaistu automaattisesti")
    expect(page.locator("main")).to_contain_text("53 e–53 g §")
    someone.look_at_every_width()
    someone.open("/fees/")
    day = f"{pay_by.day}.{pay_by.month}.{pay_by.year}"
    expect(page.locator("main")).to_contain_text(f"Sinulle on myönnetty maksuaikaa {day} asti")
    someone.look()
    keeper.open("/staff/cases/?state=closed")
    keeper.page.locator(".torget-case a", has_text="Aino Rantakivi").first.click()
    keeper.look_at_every_width()
    keeper.open("/staff/rules/payment_time/")
    keeper.page.get_by_role("link", name=keeper.says("Stop it")).first.click()
    keeper.look_at_every_width()
    keeper.page.fill("#id_reason", "Tarkistetaan ehdot.")
    keeper.page.locator("main form button.govuk-button").click()
    keeper.sees("Stopped. From now on a person decides.")


def commission_on_the_page(keeper: Visitor) -> None:
    keeper.open("/staff/rules/payment_time/")
    keeper.look_at_every_width()
    keeper.page.get_by_role("link", name=keeper.says("Let the rules decide by themselves")).click()
    keeper.page.locator("main form button.govuk-button").click()
    expect(keeper.page.locator(".govuk-error-summary")).to_be_visible()
    keeper.look_at_every_width()
    keeper.page.fill("#id_reason_sv", "Tio villkor som inte kräver bedömning.")
    keeper.page.fill("#id_reason_fi", "Kymmenen ehtoa, jotka eivät vaadi harkintaa.")
    keeper.page.fill("#id_documents", "Käsittelysäännöt 1.0\nTestausraportti 1.0")
    keeper.page.check("#id_has_read")
    keeper.page.locator("main form button.govuk-button").click()
    keeper.sees("Decided. From that day on the rules decide what needs no judgement.")
    keeper.sees("In force for the version above.")
    keeper.look_at_every_width()


def replace_rules(torget: RunningTorget) -> None:
    """Another version, whose reason for what came back late reads otherwise."""
    said = f"tillbaka efter förfallodagen ({next(torget._numbers)})."
    torget.do(
        """
        WITH old AS (
            UPDATE decisions_rulemodel SET withdrawn_at = now()
            WHERE procedure = 'fee_dispute' AND withdrawn_at IS NULL RETURNING convert_from(xml, 'UTF8') AS xml
        ), new AS (
            SELECT convert_to(regexp_replace(xml, 'tillbaka efter[^<]*', %s), 'UTF8') AS xml FROM old
        )
        INSERT INTO decisions_rulemodel (procedure, sha256, xml, added_at)
        SELECT 'fee_dispute', encode(sha256(xml), 'hex'), xml, now() FROM new
        """,
        said,
    )


class Hands:
    """How somebody works a page: by keyboard alone, or in a browser without scripts."""

    def __init__(self, someone: Visitor, how: str) -> None:
        self.someone, self.page, self.has_keyboard = someone, someone.page, how == "keyboard"

    def reach(self, selector: str) -> None:
        target = self.page.locator(selector).first
        self.page.locator("h1").first.click()
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    def press(self, selector: str, key: str = "Enter") -> None:
        if self.has_keyboard:
            self.reach(selector)
            self.page.keyboard.press(key)
        else:
            self.page.locator(selector).first.click()

    def write(self, selector: str, text: str) -> None:
        if self.has_keyboard:
            self.reach(selector)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.insert_text(text)
        else:
            self.page.fill(selector, text)

    def look(self) -> None:
        if self.has_keyboard:
            self.someone.look_at_every_width()
        else:
            self.someone.look(with_axe=False)


SAVE = "main form button.govuk-button"


@pytest.mark.parametrize("how", ["keyboard", "no script"])
def test_rules_replaced_while_an_official_decides(torget: RunningTorget, visitor: NewVisitor, how: str) -> None:
    """Without a mouse or without scripts: what a person wrote is kept beside, and the own judgement is signed."""
    patron, fee = late_patron(torget, days_late=3)
    case = open_matter(torget, patron, fee, "fee_dispute", claim="returned_in_time", name="Göran Bergudd")
    wait_for(torget, "SELECT id FROM decisions_decision WHERE case_id = %s AND state = 'draft'", case["id"])
    more = {"java_script_enabled": False} if how == "no script" else {}
    official = staff_at_work(visitor, "sv", "official.porvoo", **more)
    hands, proposal = Hands(official, how), f"/staff/cases/{case['id']}/proposal/"
    official.open(proposal)
    hands.press("a[href$='/blocks/2/']")
    hands.write("#id_sv", "Boken kom tre dagar sent.")
    hands.write("#id_fi", "Kirja tuli kolme päivää myöhässä.")
    hands.press(SAVE)
    official.is_at(proposal)
    replace_rules(torget)
    official.open("/staff/cases/?state=waiting")
    official.sees("Rules replaced")
    official.open(proposal)
    official.sees("These rules have been replaced since, so the proposal cannot be signed as it is.")
    hands.look()
    hands.press(SAVE)
    official.sees("What a person wrote before the proposal was made again")
    hands.look()
    hands.press("a[href$='?earlier']")
    expect(official.page.locator("#id_sv")).to_have_value("Boken kom tre dagar sent.")
    hands.press(SAVE)
    replace_rules(torget)
    official.open(proposal)
    hands.press(".govuk-button-group a[href$='/outcome/']")
    expect(official.page.locator("#id_sv")).to_have_value("Boken kom tre dagar sent.")
    hands.write("#id_fi", " ")
    hands.press(SAVE)
    expect(official.page.locator(".govuk-error-summary")).to_be_visible()
    hands.look()
    hands.write("#id_fi", "Kirja tuli kolme päivää myöhässä.")
    hands.press(SAVE)
    official.sees("Decided by a person's own judgement, not by the rules")
    hands.look()
    hands.press("a[href$='/sign/']")
    hands.look()
    hands.press("#id_has_read", "Space")
    hands.press(SAVE)
    official.is_at("/staff/decisions/")
    question = "SELECT state, outcome, has_own_reasons FROM decisions_decision WHERE case_id = %s AND state = 'signed'"
    assert torget.ask(question, case["id"]) == [("signed", "uphold", True)]
