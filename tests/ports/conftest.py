"""The sandboxes that several files of port tests share, one server per file."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from tests.ports.koha_sandbox import Koha, ask_token
from tests.ports.koha_world import KohaWorld, koha_world, plain_again
from torget.sandbox.helle import helle_population
from torget.sandbox.koha import SandboxKoha
from torget.sandbox.server import serving


@pytest.fixture(scope="module")
def running_koha() -> Iterator[Koha]:
    sandbox = SandboxKoha()
    with serving(sandbox) as address, httpx.Client(base_url=address, timeout=5, trust_env=False) as client:
        yield sandbox, client
    sandbox.close()


@pytest.fixture
def koha(running_koha: Koha) -> Koha:
    """Empty books, plain preferences, and a client with a good token."""
    sandbox, client = running_koha
    sandbox.store.reset()
    plain_again(sandbox)
    client.headers["authorization"] = f"Bearer {ask_token(client).json()['access_token']}"
    return running_koha


@pytest.fixture(scope="module")
def helle_koha() -> Iterator[KohaWorld]:
    """A Koha with some of Helle's patrons, for cases that bring their own patrons or only read."""
    with koha_world() as world:
        world.sandbox.load(helle_population(today=date(2026, 11, 24), patron_count=60))
        yield world


@pytest.fixture
def helle(helle_koha: KohaWorld) -> Iterator[KohaWorld]:
    """The same with its preferences put back afterwards."""
    yield helle_koha
    plain_again(helle_koha.sandbox)
