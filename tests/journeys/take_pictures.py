"""`python -m tests.journeys.take_pictures`: the pictures of the documentation, from a running Torget."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import django
from playwright.sync_api import sync_playwright

FEES = Path("docs/pictures/fees.png")
BYTES_MAX = 200_000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torget.config.settings")
    django.setup()
    from tests.journeys.conftest import CHROMIUM, QUIET
    from tests.journeys.running_torget import running_torget
    from tests.journeys.visitor import Visitor
    from torget.sandbox.helle import helle_population
    from torget.sandbox.helle_demo import SWEDISH_SPEAKER

    FEES.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running_torget(Path(home)) as torget,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET)) as browser,
    ):
        population = helle_population(today=datetime.now(UTC).date())
        torget.koha.load(population)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="sv-FI")
        someone = Visitor(context, torget, "sv")
        someone.sign_in(population.patron(SWEDISH_SPEAKER.card_number))
        someone.page.wait_for_load_state("networkidle")
        someone.page.screenshot(path=FEES)
    assert FEES.stat().st_size < BYTES_MAX


if __name__ == "__main__":
    main()
