"""One Torget for all journeys, one browser per file, one clean profile per visitor."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.journeys.running_torget import RunningTorget, running_torget
from tests.journeys.visitor import Visitor

CHROMIUM = "/usr/bin/chromium"
# Without these the browser asks its maker's servers for news now and then.
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)

NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def torget(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTorget]:
    home: Path = tmp_path_factory.mktemp("journeys")
    with running_torget(home) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Per file, because Django refuses the ORM to other tests while Playwright's event loop runs in this thread."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def visitor(browser: Browser, torget: RunningTorget) -> Iterator[NewVisitor]:
    """`visitor("sv", width=390)` gives somebody with cookies of their own; all knobs are back to normal afterwards."""
    contexts: list[BrowserContext] = []

    def come(language: str = "sv", *, width: int = 1280, **more: Any) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": 844}, locale="fi-FI", **more)
        contexts.append(context)
        return Visitor(context, torget, language)

    yield come
    for context in contexts:
        context.close()
    torget.koha.faults.clear()
    torget.paytrail.knobs.turn(outage={})
