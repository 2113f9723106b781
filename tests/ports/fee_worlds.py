"""The sandboxes that keep a debt for each fee, as worlds of the library-system suite."""

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.libraries import FOLIO_OPTIONS
from tests.ports.library_system_suite import Misfortune
from torget.connectors.library_systems.folio import FolioLibrary
from torget.connectors.library_systems.mikromarc import MikromarcLibrary
from torget.foundation.core.money import Money
from torget.payments.core.ports import LibrarySystem
from torget.sandbox.faults import Fault
from torget.sandbox.folio import FolioSettings, SandboxFolio
from torget.sandbox.folio.app import uuid_of
from torget.sandbox.mikromarc import MikromarcSettings, SandboxMikromarc
from torget.sandbox.population import SandboxItem, SandboxPatron, SandboxPopulation
from torget.sandbox.server import serving

READ_SECONDS = 0.5
# Port 9 of the loopback: nobody listens, so the connection is refused at once.
NOBODY = "http://127.0.0.1:9"

FAULTS = {
    Misfortune.LINE_LOST_BEFORE: (Fault.DROP_BEFORE, 0.0),
    Misfortune.LINE_LOST_AFTER: (Fault.DROP_AFTER, 0.0),
    Misfortune.NONSENSE: (Fault.MALFORMED, 0.0),
    Misfortune.TOO_SLOW: (Fault.DELAY, READ_SECONDS + 0.2),
}


class FeeWorld:
    """What both have in common; `connect` builds the connector."""

    def __init__(self, sandbox: Any, address: str) -> None:
        self.sandbox = sandbox
        self.address = address
        self.library = self.connect(address)

    def connect(self, address: str, **options: Any) -> LibrarySystem:
        raise NotImplementedError

    def unreachable_library(self) -> LibrarySystem:
        return self.connect(NOBODY)

    def add(self, patron: SandboxPatron, *, items: tuple[SandboxItem, ...] = ()) -> str:
        self.sandbox.load(SandboxPopulation(patrons=(patron,), items=items))
        return self.reference(patron)

    def reference(self, patron: SandboxPatron) -> str:
        return str(patron.patron_id)

    def fail_next(self, misfortune: Misfortune) -> None:
        fault, seconds = FAULTS[misfortune]
        self.sandbox.faults.fail_next(fault, seconds=seconds)

    def received(self, card_number: str) -> Money:
        return Money(sum(payment["cents"] for payment in self.sandbox.books.payments_of(card_number)))

    def owed(self, card_number: str) -> Money:
        return Money(self.sandbox.books.owed_cents(card_number))

    def request_count(self) -> int:
        return int(self.sandbox.books.request_count())


class MikromarcWorld(FeeWorld):
    def connect(self, address: str, **options: Any) -> MikromarcLibrary:
        given: dict[str, Any] = {
            "base_url": f"{address}/base/unit",
            "username": "torget",
            "password": "sandbox-secret",
            "read_seconds": READ_SECONDS,
        }
        return MikromarcLibrary(**{**given, **options})


class FolioWorld(FeeWorld):
    def connect(self, address: str, **options: Any) -> FolioLibrary:
        return FolioLibrary(**{"base_url": address, "read_seconds": READ_SECONDS, **FOLIO_OPTIONS, **options})

    def reference(self, patron: SandboxPatron) -> str:
        return uuid_of(patron.patron_id)


@contextlib.contextmanager
def folio_world(settings: FolioSettings | None = None) -> Iterator[FolioWorld]:
    sandbox = SandboxFolio(settings=settings)
    with serving(sandbox) as address:
        world = FolioWorld(sandbox, address)
        yield world
    sandbox.close()


@contextlib.contextmanager
def mikromarc_world(settings: MikromarcSettings | None = None) -> Iterator[MikromarcWorld]:
    sandbox = SandboxMikromarc(settings=settings)
    with serving(sandbox) as address:
        world = MikromarcWorld(sandbox, address)
        yield world
    sandbox.close()
