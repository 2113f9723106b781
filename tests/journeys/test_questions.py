"""From a fee to an answer in Swedish, without scripts, by keyboard; and a hand-over in English."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import Visitor
from torget.sandbox.population import SandboxPatron

WRITTEN = "Jag lämnade boken i luckan på kvällen."


def sign_in_agent(someone: Visitor, username: str) -> None:
    someone.open("/staff/sign-in/")
    if someone.page.locator("html").get_attribute("lang") != someone.language:
        someone.choose_language(someone.language)
    someone.page.fill("#id_username", username)
    someone.page.fill("#id_password", "torget-demo")
    someone.page.locator("main form button[type=submit]").click()
    # The employee's own language is spoken after the sign-in, and the switch changes it.
    if someone.page.locator("html").get_attribute("lang") != someone.language:
        someone.choose_language(someone.language)


def ask(someone: Visitor, patron: SandboxPatron) -> None:
    """From the fee to the sent question, looking at every page."""
    page = someone.page
    someone.sign_in(patron)
    page.locator('a[href$="/question/"]').first.click()
    someone.sees("Others have asked")
    someone.look()
    page.locator("button[name=kind]").first.click()
    page.locator("button[name=continue]").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    someone.look()
    page.check("input[name=claim][value=returned_in_time]")
    page.fill("#id_text", WRITTEN)
    page.locator("button[name=continue]").click()
    page.fill("#id_name", "Åsa Övre")
    someone.look()
    page.locator("button[name=continue]").click()
    someone.sees("Check and send")
    someone.look()
    page.locator("form[data-once] button").click()
    someone.is_at("/errand/")
    someone.look()


def test_a_fee_is_disputed_and_answered_in_swedish(visitor: NewVisitor, torget: RunningTorget) -> None:
    patron = torget.patron((1200, "PRV/PK"))
    someone, agent = visitor("sv", width=390), visitor("sv")
    ask(someone, patron)
    errand = someone.page.url
    someone.open("/fees/")
    someone.sees("You have asked about this fee. You need not pay it while the question is open.")
    sign_in_agent(agent, "agent.porvoo")
    agent.look()
    agent.open("/staff/conversations/")
    agent.look()
    agent.page.locator(".torget-queue__row", has_text=WRITTEN).locator("a").click()
    expect(agent.page.locator(".torget-message--in")).to_contain_text(WRITTEN)
    agent.look()
    agent.page.fill("#id_body", "Du har rätt, avgiften tas bort.")
    agent.page.locator("button[name=send]").click()
    agent.sees("Your answer has been sent.")
    agent.look()
    someone.page.goto(errand.partition("?")[0])
    expect(someone.page.locator("main")).to_contain_text("Du har rätt, avgiften tas bort.")
    someone.look()
    someone.open("/errands/")
    someone.look()


def test_the_same_without_scripts(visitor: NewVisitor, torget: RunningTorget) -> None:
    patron = torget.patron((900, "PRV/PK"))
    someone = visitor("sv", java_script_enabled=False)
    page = someone.page
    someone.sign_in(patron)
    page.locator('a[href$="/question/"]').first.click()
    page.locator("button[name=kind]").first.click()
    page.check("input[name=claim][value=other]")
    page.fill("#id_text", "Utan skript")
    page.locator("button[name=later]").click()
    someone.sees("Your draft is kept")
    page.locator("main a.torget-link").click()
    page.fill("#id_name", "Åsa Övre")
    page.locator("button[name=continue]").click()
    page.locator("form[data-once] button").first.click()
    someone.is_at("/errand/")
    agent = visitor("sv", java_script_enabled=False)
    sign_in_agent(agent, "agent.porvoo")
    agent.open("/staff/conversations/")
    agent.page.locator(".torget-queue__row", has_text="Utan skript").locator("a").click()
    agent.page.select_option("#id_template", "which-day")
    agent.page.locator("button[name=insert]").click()
    expect(agent.page.locator("#id_body")).to_have_value(re.compile("Vilken dag lämnade du tillbaka"))
    agent.page.check("input[name=then][value=ask]")
    agent.page.locator("button[name=send]").click()
    agent.sees("Your answer has been sent.")
    page.reload()
    page.fill("#id_body", "Den tredje.")
    page.locator("#reply button").first.click()
    someone.sees("Your message has been sent.")


def test_with_the_keyboard_alone(visitor: NewVisitor, torget: RunningTorget) -> None:
    patron = torget.patron((700, "PRV/PK"))
    someone = visitor("sv")
    page = someone.page
    someone.sign_in(patron)
    page.locator('a[href$="/question/"]').first.focus()
    page.keyboard.press("Enter")
    page.locator("button[name=kind]").first.focus()
    page.keyboard.press("Enter")
    page.locator("input[name=claim]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Med tangentbordet")
    page.locator("button[name=continue]").focus()
    page.keyboard.press("Enter")
    page.locator("#id_name").focus()
    page.keyboard.type("Åsa Övre")
    page.keyboard.press("Enter")
    someone.is_at("/draft/.*/check/")
    page.locator("form[data-once] button").first.focus()
    page.keyboard.press("Enter")
    someone.is_at("/errand/")
    expect(page.locator("main")).to_contain_text("Med tangentbordet")


def test_a_question_is_handed_over_in_english(visitor: NewVisitor, torget: RunningTorget) -> None:
    someone, sender, taker = visitor("en"), visitor("en"), visitor("en")
    someone.arrive()
    someone.open("/ask/other_municipality/")
    someone.look()
    someone.page.check("input[name=municipality][value=porvoo]")
    someone.page.locator("main form button[type=submit]").click()
    someone.page.check("input[name=subject][value=streets]")
    someone.page.fill("#id_text", "The lamp at Hämeenkatu 12 is dark.")
    someone.page.locator("button[name=continue]").click()
    someone.page.locator("button[name=continue]").click()
    someone.page.locator("form[data-once] button").first.click()
    someone.is_at("/errand/")
    errand = someone.page.url.partition("?")[0]
    sign_in_agent(sender, "agent.porvoo")
    sender.open("/staff/conversations/")
    sender.page.locator(".torget-queue__row", has_text="Hämeenkatu 12").locator("a").first.click()
    sender.page.locator("summary", has_text="Hand over to another municipality").click()
    sender.page.select_option("#municipality", label="Tampere")
    sender.page.fill("#offer-reason", "That street is in Tampere.")
    sender.page.get_by_role("button", name="Offer it").click()
    sender.sees("Offered. The person has been told.")
    sender.look()
    sign_in_agent(taker, "agent.tampere")
    taker.open("/staff/conversations/")
    taker.look()
    taker.page.locator(".torget-queue__row", has_text="That street is in Tampere.").locator("a").click()
    taker.look()
    taker.page.get_by_role("button", name="Take it over").click()
    taker.sees("It is in your queue now. The person has been told.")
    someone.page.goto(errand)
    expect(someone.page.locator("main")).to_contain_text("Tampere took over your errand")
    someone.look()
