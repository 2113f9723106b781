"""Somebody at a browser: what a patron does, in the patron's language, looking at every page for faults."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from django.utils.translation import gettext, override
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from tests.journeys.running_torget import RunningTorget
from torget.sandbox.population import SandboxPatron

LANGUAGES = {"sv": "Svenska", "fi": "Suomi", "en": "English"}
SETTLED_MS_MAX = 20_000
"""How long a payment may take from the provider's page to the library's books on a busy machine."""

_axe = Axe()


def said(language: str, text: str) -> str:
    """What the product says in this language; the catalogue is checked for completeness by `make translations`."""
    with override(language):
        return str(gettext(text))


class Visitor:
    """One tab. `language` is what the pages shall speak, whatever the browser asks for."""

    def __init__(self, context: BrowserContext, torget: RunningTorget, language: str) -> None:
        self.context, self.torget, self.language = context, torget, language
        self.complaints: list[str] = []
        self.page = self._listened_to(context.new_page())

    def _listened_to(self, page: Page) -> Page:
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium reports every answer of 400 and more here; which page answers what is for the journey to say.
        if message.type in ("error", "warning") and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def in_new_tab(self) -> "Visitor":
        """The same person with the same cookies in another tab."""
        return Visitor(self.context, self.torget, self.language)

    def says(self, text: str) -> str:
        return said(self.language, text)

    def open(self, path: str) -> Response:
        answer = self.page.goto(f"{self.torget.url}{path}")
        assert answer is not None
        return answer

    def choose_language(self, language: str) -> None:
        self.page.get_by_role("button", name=LANGUAGES[language], exact=True).click()
        self.language = language
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def open_in_own_language(self, path: str) -> None:
        self.open(path)
        if self.page.locator("html").get_attribute("lang") != self.language:
            self.choose_language(self.language)

    def arrive(self) -> None:
        """The sign-in page, in the visitor's language."""
        self.open_in_own_language("/")

    def try_to_sign_in(self, card_number: str, pin: str) -> None:
        self.page.fill("#id_card_number", card_number)
        self.page.fill("#id_pin", pin)
        self.page.locator("main form button[type=submit]").click()

    def sign_in(self, patron: SandboxPatron) -> None:
        self.arrive()
        self.try_to_sign_in(patron.card_number, patron.pin)
        self.is_at("/fees/")

    def is_at(self, path_pattern: str) -> None:
        expect(self.page).to_have_url(re.compile(f"^{re.escape(self.torget.url)}{path_pattern}"))

    def is_at_provider(self) -> None:
        origins = map(re.escape, (self.torget.provider_url, self.torget.other_providers_url))
        expect(self.page).to_have_url(re.compile(f"^({'|'.join(origins)})"))

    def check_fees(self) -> None:
        """From the fee list to the page that shows what is about to be paid."""
        self.page.locator("form[data-totals] button.govuk-button").click()
        self.is_at("/fees/check/")

    @property
    def pay_button(self) -> Locator:
        return self.page.locator("main form button.govuk-button")

    def go_to_provider(self) -> None:
        self.check_fees()
        self.pay_button.click()
        self.is_at_provider()

    def at_provider(self, outcome: str) -> None:
        """Press the button of the provider's page that makes the payment go this way."""
        self.is_at_provider()
        self.page.locator(f"button[name=outcome][value={outcome}]").click()

    def sees(self, text: str, *, within_ms: int = 10_000) -> None:
        """The product's words, in the visitor's language, somewhere on the page."""
        expect(self.page.locator("main")).to_contain_text(self.says(text), timeout=within_ms)

    def is_paid(self) -> None:
        expect(self.page.locator(".torget-panel")).to_contain_text(
            self.says("The library knows. The fees are gone from your card."), timeout=SETTLED_MS_MAX
        )

    def look(self, *, with_axe: bool = True) -> None:
        """This page has a title and one heading, speaks the language, fits the window, and axe finds nothing."""
        page = self.page
        page.wait_for_load_state()
        expect(page.locator("html")).to_have_attribute("lang", self.language)
        expect(page.locator("h1")).to_have_count(1)
        assert page.title().strip(" –")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} px too wide"
        if with_axe:
            result = _axe.run(page)
            assert result.violations_count == 0, f"{page.url}\n{result.generate_report()}"
        assert self.complaints == [], f"{page.url}: {self.complaints}"

    def look_at_every_width(self, *, with_axe: bool = True) -> None:
        """Narrow, wide, and as narrow as a page has to bear; afterwards the window is as it was."""
        before = self.page.viewport_size
        for width in (390, 1280):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.look(with_axe=with_axe)
        self.page.set_viewport_size({"width": 320, "height": 844})
        self.look(with_axe=False)
        if before is not None:
            self.page.set_viewport_size(before)

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=self.says(text), exact=True).click()

    def follow(self, text: str) -> None:
        self.page.locator("main").get_by_role("link", name=self.says(text)).first.click()

    @contextmanager
    def nothing_changes(self, patron: SandboxPatron) -> Iterator[None]:
        """What happens inside moves no money and starts no payment."""
        torget = self.torget
        before = (torget.owed_cents(patron), torget.credited_cents(patron), torget.payments(patron))
        yield
        assert (torget.owed_cents(patron), torget.credited_cents(patron), torget.payments(patron)) == before
