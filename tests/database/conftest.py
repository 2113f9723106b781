from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.world import World, running_world


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world() as running:
        yield running


@pytest.fixture
def settlement_folder(tmp_path: Path) -> Iterator[Path]:
    """Where files of providers and banks are kept for the time of a test."""
    before, settings.SETTLEMENT_FOLDER = settings.SETTLEMENT_FOLDER, str(tmp_path)
    yield tmp_path
    settings.SETTLEMENT_FOLDER = before
