"""Every page a patron can meet, in three languages and at two widths; the keyboard alone; no JavaScript."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from torget.sandbox.koha import Fault

READ_PAGES = ("/help/", "/contact/", "/accessibility/", "/privacy/", "/cookies/", "/accessibility/sipoo/")


def _look_at_broken_pages(torget: RunningTorget, someone: Visitor, look: Callable[[], None]) -> None:
    assert someone.open("/nowhere/").status == 404
    look()
    torget.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1)
    assert someone.open("/fees/").status == 503
    look()
    torget.koha.faults.clear()


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_every_page_in_its_states(torget: RunningTorget, visitor: NewVisitor, language: str) -> None:
    patron = torget.patron((250, "PRV/PK"), (330, "RAS/PK"), (100, None), banned_until_paid=True)
    someone = visitor(language)
    # What axe looks at is the same in every language; what fits into the window is not.
    look = partial(someone.look_at_every_width, with_axe=language == "sv")
    someone.arrive()
    look()
    for path in READ_PAGES:
        assert someone.open(path).status == 200, path
        look()
    someone.sign_in(patron)
    look()
    someone.check_fees()
    look()
    someone.page.fill("input[name=email]", "not an address")
    someone.pay_button.click()
    someone.sees("Enter an e-mail address in the form name@example.fi, or leave it empty")
    look()
    someone.page.fill("input[name=email]", "")
    someone.pay_button.click()
    someone.at_provider("pay")
    someone.sees("One part is still to be paid", within_ms=SETTLED_MS_MAX)
    look()
    someone.page.locator("form[action$='/continue/'] button").click()
    someone.at_provider("pay")
    someone.is_paid()
    look()
    someone.page.locator("a[href*='/receipt/']").first.click()
    look()
    for path in ("/fees/", "/history/", "/sign-out/"):
        someone.open(path)
        look()
    _look_at_broken_pages(torget, someone, look)


def test_the_language_changes_on_the_check_page_and_the_choice_stays(
    torget: RunningTorget, visitor: NewVisitor
) -> None:
    patron = torget.patron((250, "PRV/PK"), (330, "PRV/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    someone.page.locator("input[name=fee]").first.uncheck()
    someone.check_fees()
    for language in ("fi", "en", "sv"):
        someone.choose_language(language)
        someone.is_at("/fees/check/")
        expect(someone.page.locator("input[name=chosen]")).to_have_count(1)
        someone.look(with_axe=False)


def test_paying_with_the_keyboard_alone(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((250, "PRV/PK"), (130, "PRV/PK"))
    someone = visitor("sv", width=320)
    someone.arrive()
    keyboard = someone.page.keyboard

    def tab_to(selector: str) -> None:
        """Like somebody who cannot point: forward until the focus is there, and it must be seen."""
        target = someone.page.locator(selector).first
        for _ in range(60):
            keyboard.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                outline = target.evaluate("e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow")
                assert outline != "nonenone" or target.get_attribute("type") == "checkbox", selector
                expect(target).to_be_in_viewport()
                return
        raise AssertionError(f"the keyboard does not get to {selector}")

    tab_to("#id_card_number")
    keyboard.type(patron.card_number)
    keyboard.press("Tab")
    keyboard.type(patron.pin)
    keyboard.press("Enter")
    someone.is_at("/fees/")
    tab_to("input[name=fee]")
    keyboard.press("Space")
    expect(someone.page.locator("input[name=fee]:checked")).to_have_count(1)
    tab_to("form[data-totals] button.govuk-button")
    keyboard.press("Enter")
    someone.is_at("/fees/check/")
    tab_to("main form button.govuk-button")
    keyboard.press("Enter")
    someone.is_at_provider()
    tab_to("button[name=outcome][value=pay]")
    keyboard.press("Enter")
    someone.is_paid()
    assert [state for state, _cents in torget.payments(patron)] == ["registered"]


def test_paying_without_javascript(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((250, "PRV/PK"), (130, "PRV/PK"))
    someone = visitor("fi", width=390, java_script_enabled=False)
    someone.sign_in(patron)
    someone.page.locator("input[name=fee]").first.uncheck()
    someone.page.locator("button[name=update]").click()
    someone.is_at("/fees/[?]")
    expect(someone.page.locator("[data-total]")).not_to_have_text("3,80 €")
    someone.go_to_provider()
    someone.at_provider("pay")
    someone.is_paid()
    assert [state for state, _cents in torget.payments(patron)] == ["registered"]


def test_sixty_fees_are_listed_checked_and_paid_in_one_go(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron(*(((25, "PRV/PK"),) * 60))
    someone = visitor("sv", width=320)
    someone.sign_in(patron)
    someone.look()
    someone.go_to_provider()
    someone.at_provider("pay")
    someone.is_paid()
    assert torget.payments(patron) == [("registered", 1500)]
