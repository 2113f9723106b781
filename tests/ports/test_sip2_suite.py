"""The suite of the library-system port over SIP2: the old Koha that knows only totals, and one that itemises."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.ports.library_system_suite import LibrarySystemSuite, Misfortune
from tests.ports.sip2_world import library_at, sandbox
from torget.connectors.library_systems.sip2 import DIALECTS, Sip2Dialect, Sip2Library
from torget.foundation.core.money import Money
from torget.payments.core.ports import AccountSnapshot, RegistrationOrder, RegistrationResult
from torget.sandbox.population import SandboxItem, SandboxPatron
from torget.sandbox.sip2 import Fault, Sip2Sandbox

ANSWER_SECONDS = 0.5

_FAULTS = {
    Misfortune.LINE_LOST_BEFORE: (Fault.DROP_BEFORE, 0.0),
    Misfortune.LINE_LOST_AFTER: (Fault.DROP_AFTER, 0.0),
    Misfortune.NONSENSE: (Fault.GARBAGE, 0.0),
    Misfortune.TOO_SLOW: (Fault.DELAY, 3 * ANSWER_SECONDS),
}


class Sip2World:
    """A misfortune strikes the message that the next call is about: the 37 of a payment, else the 63."""

    def __init__(self, server: Sip2Sandbox, dialect: Sip2Dialect) -> None:
        self.server = server
        self.dialect = dialect
        self.library = _StruckLibrary(self)
        self.misfortune: Misfortune | None = None

    def unreachable_library(self) -> Sip2Library:
        # Port 9 of the loopback: nobody listens, so the connection is refused at once.
        return library_at(self.server, self.dialect, port=9)

    def add(self, patron: SandboxPatron, *, items: tuple[SandboxItem, ...] = ()) -> str:
        self.server.books.load([patron])
        return patron.card_number

    def fail_next(self, misfortune: Misfortune) -> None:
        self.misfortune = misfortune

    def strike(self, command: str) -> None:
        if self.misfortune is not None:
            fault, seconds = _FAULTS[self.misfortune]
            self.server.faults.fail_next(fault, command=command, seconds=seconds)
            self.misfortune = None

    def received(self, card_number: str) -> Money:
        return Money(sum(payment.cents for payment in self.server.books.payments(card_number=card_number)))

    def owed(self, card_number: str) -> Money:
        return Money(sum(fee.outstanding_cents for fee in self.server.books.open_fees(card_number)))

    def request_count(self) -> int:
        return len(self.server.messages)


class _StruckLibrary(Sip2Library):
    """The connector itself; only the sandbox's knob is turned before each call, for whichever message it is about."""

    def __init__(self, world: Sip2World) -> None:
        self._world = world
        settings = world.server.settings
        super().__init__(
            host="127.0.0.1",
            port=world.server.port,
            login=settings.login,
            password=settings.password,
            institution=settings.institution,
            dialect=world.dialect,
            answer_seconds=ANSWER_SECONDS,
        )

    def account(self, *, patron_reference: str, card_number: str) -> AccountSnapshot:
        self._world.strike("63")
        return super().account(patron_reference=patron_reference, card_number=card_number)

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        self._world.strike("37")
        return super().register(order)


def _world(dialect: Sip2Dialect, **settings: Any) -> Iterator[Sip2World]:
    # Without 97, or a lost answer would be found again and no outcome stay unknown.
    with sandbox(answers_resend_requests=False, **settings) as server:
        yield Sip2World(server, dialect)


class TestOldKohaOverSip2(LibrarySystemSuite):
    """Totals only, names in Latin-1."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[Sip2World]:
        yield from _world(DIALECTS["koha-latin1"])


class TestModernKohaOverSip2(LibrarySystemSuite):
    """Fee lines with ids, CG obeyed, overpayment refused, and patrons may choose."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[Sip2World]:
        dialect = replace(DIALECTS["koha"], offers_choice=True)
        yield from _world(dialect, encoding="utf-8", itemises=True, refuses_overpayment=True)


class TestEvergreenOverSip2(LibrarySystemSuite):
    """Fee lines in the form '3m', CG is the number of the debt, overpayment always refused, no answer to 97."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[Sip2World]:
        dialect = replace(DIALECTS["evergreen-3m"], offers_choice=True)
        line = '{id} ${amount} "FINE" {text}'
        yield from _world(dialect, encoding="utf-8", itemises=True, fee_line=line, refuses_overpayment=True)


class TestFolioOverSip2(LibrarySystemSuite):
    """Fee lines are barcodes without amounts, and what is owed is compared in two digits."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[Sip2World]:
        settings = {"itemises": True, "fee_line": "{barcode}", "compares_two_digits": True}
        yield from _world(DIALECTS["folio"], encoding="utf-8", terminator=b"\r", **settings)


class TestDateFirstWithoutValidity(LibrarySystemSuite):
    """Fee lines as above but all are paid; in the manner of invenio-sip2: no BL, the date before the flag, CR alone."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(cls) -> Iterator[Sip2World]:
        yield from _world(
            DIALECTS["koha"],
            encoding="utf-8",
            itemises=True,
            sends_patron_validity=False,
            puts_date_before_flag=True,
            terminator=b"\r",
        )
