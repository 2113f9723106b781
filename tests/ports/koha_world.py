"""The sandbox Koha as a world of the library-system suite."""

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.ports.library_system_suite import Misfortune, new_patron
from torget.connectors.library_systems.koha import KohaLibrary
from torget.connectors.library_systems.koha.suomi import KohaSuomiLibrary
from torget.foundation.core.money import Money
from torget.payments.core.ports import RegistrationLine, RegistrationOrder, RegistrationOutcome
from torget.sandbox.koha import Fault, KohaSettings, SandboxKoha
from torget.sandbox.koha.control import credits_booked
from torget.sandbox.koha.store import MICROS_PER_CENT
from torget.sandbox.population import SandboxItem, SandboxPatron, SandboxPopulation
from torget.sandbox.server import serving

READ_SECONDS = 0.5

_FAULTS = {
    Misfortune.LINE_LOST_BEFORE: (Fault.DROP_BEFORE, 0.0),
    Misfortune.LINE_LOST_AFTER: (Fault.DROP_AFTER, 0.0),
    Misfortune.NONSENSE: (Fault.MALFORMED, 0.0),
    Misfortune.TOO_SLOW: (Fault.DELAY, READ_SECONDS + 0.2),
}


class KohaWorld:
    connector: type[KohaLibrary] = KohaLibrary

    def __init__(self, sandbox: SandboxKoha, address: str) -> None:
        self.sandbox = sandbox
        self.address = address
        self.library = self.connect()

    def connect(self, address: str | None = None, **options: Any) -> KohaLibrary:
        settings: dict[str, Any] = {
            "base_url": f"{address or self.address}/api/v1",
            "client_id": self.sandbox.settings.client_id,
            "client_secret": self.sandbox.settings.client_secret,
            "child_categories": frozenset({"LAPSI"}),
            "read_seconds": READ_SECONDS,
        }
        return self.connector(**{**settings, **options})

    def unreachable_library(self) -> KohaLibrary:
        # Port 9 of the loopback: nobody listens, so the connection is refused at once.
        return self.connect("http://127.0.0.1:9")

    def add(self, patron: SandboxPatron, *, items: tuple[SandboxItem, ...] = ()) -> str:
        self.sandbox.load(SandboxPopulation(patrons=(patron,), items=items))
        return str(patron.patron_id)

    def fail_next(self, misfortune: Misfortune) -> None:
        fault, seconds = _FAULTS[misfortune]
        self.sandbox.faults.fail_next(fault, seconds=seconds)

    def received(self, card_number: str) -> Money:
        return Money(sum(credit["amount_cents"] for credit in self.credits(card_number)))

    def credits(self, card_number: str) -> list[dict[str, Any]]:
        every = credits_booked(self.sandbox.store, patron_id=self._patron_id(card_number))
        return [credit for credit in every if credit["interface"] == "api"]

    def owed(self, card_number: str) -> Money:
        found = self.sandbox.store.row(
            "select coalesce(sum(amount_outstanding), 0) as owed from account_lines"
            " where patron_id = ? and debit_type is not null",
            (self._patron_id(card_number),),
        )
        assert found is not None
        return Money(found["owed"] // MICROS_PER_CENT)

    def request_count(self) -> int:
        found = self.sandbox.store.row("select count(*) as n from requests")
        assert found is not None
        return int(found["n"])

    def _patron_id(self, card_number: str) -> int:
        found = self.sandbox.store.row("select patron_id from patrons where cardnumber = ?", (card_number,))
        assert found is not None
        return int(found["patron_id"])


class KohaSuomiWorld(KohaWorld):
    connector = KohaSuomiLibrary


@contextlib.contextmanager
def koha_world(settings: KohaSettings | None = None) -> Iterator[KohaWorld]:
    sandbox = SandboxKoha(settings=settings)
    with serving(sandbox) as address:
        world = (KohaSuomiWorld if sandbox.settings.is_suomi else KohaWorld)(sandbox, address)
        yield world
        world.library.close()
    sandbox.close()


def plain_again(sandbox: SandboxKoha) -> None:
    """No faults, and the preferences as they come."""
    sandbox.faults.clear()
    for name in KohaSettings.__slots__:
        setattr(sandbox.settings, name, getattr(KohaSettings(), name))


def read_first_demo_patron(library: KohaLibrary) -> int:
    return len(library.account(patron_reference="1001", card_number="").fees)


def outcome_of(world: KohaWorld, *, cents: int = 255) -> tuple[RegistrationOutcome, Money]:
    """Register a fresh patron's only fee; the outcome, and what the books say was received."""
    patron = new_patron(cents)
    world.add(patron)
    order = RegistrationOrder(
        marker=f"m-{patron.patron_id}",
        marker_number=patron.patron_id,
        patron_reference=str(patron.patron_id),
        card_number=patron.card_number,
        lines=(RegistrationLine(fee_reference=str(patron.fees[0].fee_id), amount=Money(cents)),),
    )
    return world.library.register(order).outcome, world.received(patron.card_number)
