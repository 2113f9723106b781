from collections.abc import Iterator

import pytest

from tests.world import World, running_world


@pytest.fixture
def world(committed_db: None) -> Iterator[World]:
    with running_world() as running:
        yield running
