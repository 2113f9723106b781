"""The suite of the library-system port over every connector.

A world serves a whole class: each case brings patrons of its own, and starting a server for each would take seconds.
"""

from collections.abc import Iterator

import pytest

from tests.ports.fee_worlds import FolioWorld, MikromarcWorld, folio_world, mikromarc_world
from tests.ports.koha_world import KohaWorld, koha_world
from tests.ports.library_system_suite import LibrarySystemSuite
from torget.sandbox.koha import KohaSettings


class TestKoha(LibrarySystemSuite):
    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[KohaWorld]:
        with koha_world() as world:
            yield world


class TestKohaSuomi(LibrarySystemSuite):
    """Koha-Suomi's older payment: one sum, the oldest fees first, 204 and nothing to look up."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[KohaWorld]:
        with koha_world(KohaSettings(is_suomi=True)) as world:
            yield world


class TestOldKoha(LibrarySystemSuite):
    """Before Koha could list credits: 200 with a bare number, and no search by marker."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[KohaWorld]:
        with koha_world(KohaSettings(is_old=True)) as world:
            yield world


class TestMikromarc(LibrarySystemSuite):
    """One POST for each fee, nothing to look up afterwards."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[MikromarcWorld]:
        with mikromarc_world() as world:
            yield world


class TestFolio(LibrarySystemSuite):
    """One account at a time, with its exact sum, found again by our mark."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[FolioWorld]:
        with folio_world() as world:
            yield world
