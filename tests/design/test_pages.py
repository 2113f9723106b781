"""The sample pages in a real browser: what a template alone cannot show."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PAGES = ["fees", "form", "events", "empty"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
AXE = Axe()

# Boxes are part of a label that is the real target; the skip link is shown on focus only.
TOO_SMALL = """() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')]
  .filter(element => element.checkVisibility() && !element.closest('.govuk-skip-link, .govuk-visually-hidden'))
  .filter(element => { const box = element.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map(element => element.outerHTML.slice(0, 120))"""

# The focused control must lie in the window, and what is seen at its middle must be the control itself.
COVERED = """() => {
  const element = document.activeElement;
  const target = element.matches('.govuk-checkboxes__input') ? element.parentElement : element;
  const box = target.getBoundingClientRect();
  const bar = document.querySelector('.torget-pay-bar').getBoundingClientRect();
  const isInBar = Boolean(element.closest('.torget-pay-bar'));
  const overlaps = box.bottom > bar.top && box.top < bar.bottom && box.right > bar.left && box.left < bar.right;
  return {name: element.outerHTML.slice(0, 90), covered: !isInBar && overlaps, seen: box.bottom <= innerHeight + 1};
}"""


OVERLAPPED = """() => {
  const bar = document.querySelector('.torget-pay-bar').getBoundingClientRect();
  const fees = [...document.querySelectorAll('.torget-fee')].map(fee => fee.getBoundingClientRect());
  return fees.filter(fee => fee.right > bar.left).length;
}"""


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and all that the browser complains about; nothing may be blocked by the content policy."""
    context = browser.new_context(**{"viewport": DESK, "locale": "sv", **options})
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("response", lambda response: complaints.append(response.url) if response.status >= 400 else None)
    try:
        yield page, complaints
    finally:
        context.close()


def violations(page: Page) -> list[str]:
    found = AXE.run(page).response["violations"]
    return [json.dumps([rule["id"], [node["html"] for node in rule["nodes"]]])[:500] for rule in found]


@pytest.mark.parametrize("look", [(320, "light", "siuntio"), (390, "dark", "hanko"), (1280, "light", "helle")], ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_fits_and_is_silent(
    browser: Browser, site_url: str, name: str, look: tuple[int, str, str]
) -> None:
    width, scheme, theme = look
    with opened(browser, viewport={"width": width, "height": 844}, color_scheme=scheme) as (page, complaints):
        page.goto(f"{site_url}/{name}?theme={theme}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(TOO_SMALL) == []
        assert complaints == []


@pytest.mark.parametrize("theme", ["porvoo", "pukkila", "raasepori"])
def test_a_theme_reaches_the_buttons_and_the_header(browser: Browser, site_url: str, theme: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/fees?theme={theme}")
        colours = page.evaluate(
            "['.govuk-button', '.torget-header'].map(s => getComputedStyle(document.querySelector(s)).backgroundColor)"
        )
        assert colours[0] == colours[1] != "rgb(15, 122, 82)"


def test_the_total_follows_the_choice(browser: Browser, site_url: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/fees")
        page.get_by_label("Nytt bibliotekskort").check()
        page.get_by_label("Kirja joka muutti").uncheck()
        assert page.locator("[data-total]").inner_text() == "5,40\u00a0€"
        assert page.locator(".torget-pay-bar [data-subtotal=porvoo]").inner_text() == "2,40\u00a0€"
        assert page.locator("[data-count]").inner_text().startswith("2 ")
        page.get_by_label("Muminpappan och havet").uncheck()
        page.get_by_label("Nytt bibliotekskort").uncheck()
        assert page.locator("[data-total]").inner_text() == "0,00\u00a0€"


def test_without_scripts_the_total_is_the_servers_and_can_be_updated(browser: Browser, site_url: str) -> None:
    with opened(browser, java_script_enabled=False, viewport=PHONE) as (page, _):
        page.goto(f"{site_url}/fees")
        assert page.locator("[data-total]").inner_text() == "3,40\u00a0€"
        assert page.locator("button[name=update]").is_visible()
        assert page.get_by_role("link", name="Kvitton").is_visible()
        page.get_by_role("button", name="English").click()
        assert page.locator("[data-total]").inner_text() == "€3.40"


def test_with_scripts_the_menu_is_folded_on_a_phone_and_opens(browser: Browser, site_url: str) -> None:
    with opened(browser, viewport=PHONE) as (page, _):
        page.goto(f"{site_url}/fees")
        assert not page.get_by_role("link", name="Kvitton").is_visible()
        page.locator(".govuk-service-navigation__toggle").click()
        assert page.get_by_role("link", name="Kvitton").is_visible()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 844, "height": 390}, {"width": 320, "height": 568}, DESK])
def test_the_bar_covers_nothing_that_has_the_focus(browser: Browser, site_url: str, viewport: dict[str, int]) -> None:
    with opened(browser, viewport=viewport) as (page, _):
        page.goto(f"{site_url}/fees")
        page.keyboard.press("Tab")
        stops = 0
        while page.evaluate("document.activeElement !== document.body"):
            stops += 1
            state = page.evaluate(COVERED)
            assert not state["covered"], state
            assert state["seen"], state
            page.keyboard.press("Tab")
        assert stops >= 15


@pytest.mark.parametrize(("viewport", "is_seen"), [(PHONE, True), (DESK, True), ({"width": 844, "height": 390}, False)])
def test_the_total_is_in_sight_at_once_unless_the_window_is_low(
    browser: Browser, site_url: str, viewport: dict[str, int], is_seen: bool
) -> None:
    with opened(browser, viewport=viewport) as (page, _):
        page.goto(f"{site_url}/fees")
        assert (
            page.evaluate("document.querySelector('[data-total]').getBoundingClientRect().bottom <= innerHeight")
            == is_seen
        )


def test_beside_the_fees_the_total_overlaps_none_of_them(browser: Browser, site_url: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/fees")
        for position in range(0, 1600, 100):
            page.evaluate(f"scrollTo(0, {position})")
            assert page.evaluate(OVERLAPPED) == 0


def test_the_error_summary_gets_the_focus_and_leads_to_the_field(browser: Browser, site_url: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/form")
        assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
        page.locator(".govuk-error-summary a").first.click()
        assert page.evaluate("document.activeElement.id") == "id_pin"


def test_a_pin_can_be_shown(browser: Browser, site_url: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/form")
        page.locator(".govuk-js-password-input-toggle").click()
        assert page.locator("#id_pin").get_attribute("type") == "text"


def test_a_form_is_sent_once_however_often_one_presses(browser: Browser, site_url: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/fees")
        let_through = page.evaluate(
            """() => {
              const form = document.querySelector('[data-once]');
              const send = () => form.dispatchEvent(new SubmitEvent('submit', {bubbles: true, cancelable: true}));
              return [send(), send()];
            }"""
        )
        assert let_through == [True, False]


@pytest.mark.parametrize("has_scripts", [True, False])
def test_what_gets_the_focus_is_scrolled_clear_of_the_bar(browser: Browser, site_url: str, has_scripts: bool) -> None:
    with opened(browser, viewport=PHONE, java_script_enabled=has_scripts) as (page, _):
        page.goto(f"{site_url}/fees")
        padding = page.evaluate("parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom)")
        bar = page.evaluate("document.querySelector('.torget-pay-bar').offsetHeight")
        assert padding > bar
        assert not has_scripts or padding == bar + 16


def test_at_twice_the_text_spacing_nothing_is_lost(browser: Browser, site_url: str) -> None:
    with opened(browser, viewport=PHONE, bypass_csp=True) as (page, _):
        page.goto(f"{site_url}/fees")
        page.add_style_tag(
            content="* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important}"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_colours_that_the_person_forces_keep_every_sign(browser: Browser, site_url: str) -> None:
    with opened(browser, forced_colors="active") as (page, _):
        page.goto(f"{site_url}/events")
        sign = "document.querySelector('.torget-timeline__event--' + kind)"
        fill = f"kind => getComputedStyle({sign}, '::before').backgroundColor"
        assert page.evaluate(fill, "done") != page.evaluate(fill, "waiting")


def test_a_receipt_is_printed_without_what_is_only_for_the_screen(browser: Browser, site_url: str) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{site_url}/events")
        page.emulate_media(media="print")
        assert page.get_by_text("Kvitto 2026-000123").is_visible()
        for selector in (".torget-languages", ".govuk-service-navigation", ".govuk-button", ".torget-footer__links"):
            assert not page.locator(selector).first.is_visible()
