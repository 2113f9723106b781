"""Porvoo and Sipoo with queues of customer service and an agent each, beside the library's sandbox."""

from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.service.scanner_daemon import ScannerDaemon, running_clamd
from tests.world import World, running_world
from torget.foundation.cooperations.models import Cooperation, Membership, Municipality
from torget.service.forms.scanners import _build
from torget.service.knowledge.models import Article


def _texts(text: str) -> dict[str, str]:
    return {"sv": f"{text} (sv)", "fi": f"{text} (fi)", "en": f"{text} (en)"}


def make_queues() -> None:
    """Porvoo, Sipoo and Hanko answer here; Raasepori does not."""
    cooperation = Cooperation.objects.create(
        slug="service",
        service=Cooperation.Service.CUSTOMER_SERVICE,
        names=_texts("Service"),
        coordinator=Municipality.objects.get(slug="porvoo"),
        theme={"brand": "#1d4f91", "link": "#1d4f91", "surface": "#f7f9fc"},
    )
    for slug in ("porvoo", "sipoo", "hanko"):
        Membership.objects.create(
            cooperation=cooperation, municipality=Municipality.objects.get(slug=slug), cost_share=1
        )
    for slug, topics in (("late", ["OVERDUE", "fees"]), ("paying", ["fees"]), ("lost", ["LOST"])):
        Article.objects.create(
            slug=slug,
            titles=_texts(f"Title {slug}"),
            texts=_texts(f"Text {slug}"),
            topics=topics,
            reviewed_on="2026-11-01",
            review_by="2027-11-01",
        )


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world() as running:
        make_queues()
        yield running


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScannerDaemon]:
    with running_clamd(tmp_path_factory.mktemp("clamd")) as daemon:
        yield daemon


@pytest.fixture
def scanned(clamd: ScannerDaemon) -> Iterator[ScannerDaemon]:
    """The settings point to the daemon."""
    before = dict(settings.SCANNER["OPTIONS"])
    settings.SCANNER["OPTIONS"] = {**before, "socket": str(clamd.socket)}
    _build.cache_clear()
    yield clamd
    settings.SCANNER["OPTIONS"] = before
    _build.cache_clear()
