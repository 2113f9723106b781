"""Finance looks at the figures and goes down to a receipt; on a phone and wide, by keyboard, without JavaScript."""

import pikepdf
import pytest
from playwright.sync_api import expect

from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.test_refunds import paid
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor

# Texts keep their size at every width because only the drawing is stretched.
SMALL_TEXTS = """() => [...document.querySelectorAll('.torget-chart__svg text')]
  .filter(text => text.checkVisibility())
  .filter(text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().d < 12)
  .map(text => text.textContent)"""
TEXTS_OUTSIDE = """() => [...document.querySelectorAll('.torget-chart__svg text')]
  .filter(text => text.checkVisibility())
  .filter(text => { const box = text.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth; })
  .map(text => text.textContent)"""
OVERLAPPING = """() => [...document.querySelectorAll('.torget-chart__svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].filter(text => text.checkVisibility())
    .map(text => [text.textContent, text.getBoundingClientRect()]);
  return boxes.filter(([, one], place) => boxes.slice(place + 1).some(([, other]) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom - 2 && other.top < one.bottom - 2))
    .map(([text]) => text);
})"""


def look_at_charts(someone: Visitor) -> None:
    for script in (SMALL_TEXTS, TEXTS_OUTSIDE, OVERLAPPING):
        assert someone.page.evaluate(script) == [], someone.page.url


def registered(torget: RunningTorget, visitor: NewVisitor) -> int:
    """A payment of this week that is registered."""
    _patron, payment_id, someone = paid(torget, visitor, (250, "PRV/PK"))
    for _ in range(SETTLED_MS_MAX // 500):
        if torget.ask("SELECT 1 FROM checkout_payment WHERE id = %s AND registered_at IS NOT NULL", payment_id):
            return payment_id
        someone.page.wait_for_timeout(500)
    raise AssertionError("the payment was not registered in time")


@pytest.mark.parametrize(("language", "width"), [("fi", 390), ("sv", 1280), ("en", 320)])
def test_from_the_first_page_by_the_figures_to_a_receipt(
    torget: RunningTorget, visitor: NewVisitor, language: str, width: int
) -> None:
    payment_id = registered(torget, visitor)
    desk = at_work(visitor, "desk.porvoo", language, width)
    desk.look()
    desk.page.locator("main a[href='/staff/figures/']").click()
    desk.look()
    look_at_charts(desk)
    for summary in desk.page.locator("details > summary").all():
        summary.click()
    desk.look()
    desk.page.select_option("#id_period", "4w")
    desk.page.locator(".torget-filter button").click()
    desk.is_at("/staff/figures/[?]period=4w$")
    with desk.page.expect_download() as download:
        desk.page.locator("#panel-income a[href*='.csv']").click()
    assert download.value.path().read_bytes().startswith("\ufeff".encode())
    desk.page.locator("#panel-income summary").click()
    desk.page.locator("#panel-income tbody a").last.click()
    desk.look()
    desk.page.locator(f"a[href='/staff/payments/{payment_id}/']").first.click()
    desk.look()
    desk.page.locator("a[href^='/receipt/']").first.click()
    desk.sees("Receipt")


def test_a_choice_is_kept_and_comes_back_after_a_change_of_mind(torget: RunningTorget, visitor: NewVisitor) -> None:
    desk = at_work(visitor, "desk.porvoo", "sv", 390)
    desk.open("/staff/figures/?period=4w")
    desk.page.locator("summary", has_text=desk.says("Save this choice")).click()
    desk.page.fill("#id_saved-name", "Fyra veckor")
    desk.page.get_by_role("button", name=desk.says("Save"), exact=True).click()
    desk.look()
    desk.page.locator("summary", has_text="1 ").first.click()
    desk.page.locator("form[action*='/delete/'] button").click()
    desk.look()
    desk.page.locator("form[action*='/undo/'] button").click()
    desk.page.locator("summary", has_text="1 ").first.click()
    expect(desk.page.locator("a", has_text="Fyra veckor")).to_have_count(1)
    desk.page.locator("form[action*='/delete/'] button").click()


def test_figures_without_javascript_and_by_keyboard(torget: RunningTorget, visitor: NewVisitor) -> None:
    registered(torget, visitor)
    desk = visitor("fi", width=390, java_script_enabled=False)
    desk.open("/staff/sign-in/")
    desk.page.fill("#id_username", "desk.porvoo")
    desk.page.fill("#id_password", "torget-demo")
    desk.page.locator("main form button[type=submit]").click()
    desk.open("/staff/figures/")
    keyboard = desk.page.keyboard
    desk.page.locator("#panel-income summary").focus()
    keyboard.press("Enter")
    expect(desk.page.locator("#panel-income table")).to_be_visible()
    desk.page.locator("summary", has_text=desk.says("Own days")).focus()
    keyboard.press("Enter")
    for part in ("day", "month", "year"):
        value = {"day": "1", "month": "2", "year": "2026"}[part]
        desk.page.fill(f"input[name=first_{part}]", value)
        desk.page.fill(f"input[name=last_{part}]", value)
    keyboard.press("Enter")
    desk.is_at("/staff/figures/[?]period=2026-02-01..2026-02-01$")


def test_charts_say_the_same_in_forced_colours(torget: RunningTorget, visitor: NewVisitor) -> None:
    """Where the reader's own few colours replace ours, a bar is told from the ground by its edge and its stripes."""
    registered(torget, visitor)
    desk = visitor("sv", width=1280, forced_colors="active")
    desk.open("/staff/sign-in/")
    desk.page.fill("#id_username", "desk.porvoo")
    desk.page.fill("#id_password", "torget-demo")
    desk.page.locator("main form button[type=submit]").click()
    desk.open("/staff/figures/")
    colours = desk.page.evaluate(
        """() => { const style = name => getComputedStyle(document.querySelector(name));
        return [style('#income .torget-chart__bar').stroke, style('#income .torget-chart__fill--0').fill,
                style('#income .torget-chart__text').fill, style('body').backgroundColor]; }"""
    )
    edge, fill, text, ground = colours
    assert ground not in (edge, fill, text)


def test_the_print_of_one_municipality_is_one_sheet(torget: RunningTorget, visitor: NewVisitor) -> None:
    registered(torget, visitor)
    desk = at_work(visitor, "desk.porvoo", "sv")
    desk.open("/staff/figures/")
    file = torget.logs / "figures.pdf"
    desk.page.pdf(path=file, format="A4")
    with pikepdf.open(file) as made:
        assert len(made.pages) == 1
