"""The library systems that a World can stand over: each its sandbox, what can go wrong with it, and its own books."""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from torget.sandbox.folio import SandboxFolio
from torget.sandbox.folio.app import uuid_of
from torget.sandbox.koha import Fault as KohaFault
from torget.sandbox.koha import KohaSettings, SandboxKoha
from torget.sandbox.koha.control import grow_fees, pay_at_desk
from torget.sandbox.mikromarc import SandboxMikromarc
from torget.sandbox.population import SandboxItem, SandboxPatron, SandboxPopulation
from torget.sandbox.server import serving
from torget.sandbox.sip2 import Books, Sip2Sandbox, Sip2Settings
from torget.sandbox.sip2 import Fault as Sip2Fault
from torget.sandbox.sip2 import serving as serving_sip2


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One payment of ours in the library's own books."""

    marker: str
    patron: str
    """Whose fees it was for, by the reference of the port."""
    cents: int
    settled: frozenset[str] | None
    """References of the fees it was used for; None where the system chooses and keeps no record."""
    has_left_over: bool
    """Some of the patron's money lies as credit."""


class LibrarySide(Protocol):
    kind: str
    judges_by_difference: bool
    """A lost order is found out by how the account changed, because nothing can be asked for."""

    def serve(self) -> Any:
        """A context with the settings that lead to the running sandbox."""
        ...

    def add(self, patrons: Sequence[SandboxPatron], items: tuple[SandboxItem, ...]) -> None: ...

    def reference(self, patron: SandboxPatron) -> str: ...

    def bookings(self) -> Iterable[Booking]: ...

    def charges(self) -> dict[str, list[int]]:
        """Cents of the fees that we have charged again, by our marker."""
        ...

    def waivers(self) -> dict[str, list[int]]:
        """Cents that the library system has written off at our word, by our marker."""
        ...

    def pay_at_desk(self, fee_id: int) -> None: ...

    def grow(self, fee_id: int, cents: int) -> None: ...

    def time_passes(self) -> None: ...

    def storm(self, dice: random.Random) -> None:
        """Something goes wrong by chance from now on, instead of what went wrong before."""
        ...

    def calm(self) -> None: ...


class KohaSide:
    kind = "koha"
    judges_by_difference = False
    STRUCK = "/account"
    """Part of the addresses that a storm strikes."""
    FAULTS = (
        KohaFault.DROP_BEFORE,
        KohaFault.DROP_AFTER,
        KohaFault.ERROR_BEFORE,
        KohaFault.ERROR_AFTER,
        KohaFault.MALFORMED,
        KohaFault.NOT_JSON,
        KohaFault.MAINTENANCE,
        KohaFault.ERROR_BUT_BOOKED,
        KohaFault.UNAUTHORIZED,
    )

    def __init__(self, settings: KohaSettings | None = None) -> None:
        self.sandbox = SandboxKoha(settings=settings)

    @contextmanager
    def serve(self) -> Iterator[dict[str, Any]]:
        """Requests come in one order, so that a seed meets the same faults again."""
        with serving(self.sandbox) as url:
            options = {"base_url": f"{url}/api/v1", "client_id": "torget", "client_secret": "sandbox-secret"}
            more = {"read_seconds": 0.8, "reads_at_once": False, "child_categories": ["LAPSI"]}
            yield {"kind": self.kind, "options": {**options, **more}}
        self.sandbox.close()

    def add(self, patrons: Sequence[SandboxPatron], items: tuple[SandboxItem, ...]) -> None:
        self.sandbox.load(SandboxPopulation(patrons=tuple(patrons), items=items))

    def reference(self, patron: SandboxPatron) -> str:
        return str(patron.patron_id)

    def bookings(self) -> Iterator[Booking]:
        settled_by: dict[int, set[str]] = {}
        for row in self.sandbox.store.rows("SELECT credit_id, debit_id FROM offsets"):
            settled_by.setdefault(row["credit_id"], set()).add(str(row["debit_id"]))
        for row in self.sandbox.store.rows("SELECT * FROM account_lines WHERE credit_type IS NOT NULL"):
            if row["interface"] == "api":
                yield Booking(
                    marker=row["internal_note"],
                    patron=str(row["patron_id"]),
                    cents=-row["amount"] // 10_000,
                    settled=frozenset(settled_by.get(row["account_line_id"], ())),
                    has_left_over=bool(row["amount_outstanding"]),
                )

    def charges(self) -> dict[str, list[int]]:
        return self._by_marker("debit_type IS NOT NULL AND interface = 'api'")

    def _by_marker(self, condition: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in self.sandbox.store.rows(f"SELECT * FROM account_lines WHERE {condition}"):
            found.setdefault(row["internal_note"], []).append(abs(row["amount"]) // 10_000)
        return found

    def waivers(self) -> dict[str, list[int]]:
        return self._by_marker("credit_type = 'FORGIVEN'")

    def pay_at_desk(self, fee_id: int) -> None:
        pay_at_desk(self.sandbox.store, fee_id)

    def grow(self, fee_id: int, cents: int) -> None:
        grow_fees(self.sandbox.store, cents, fee_id=fee_id)

    def time_passes(self) -> None:
        """Koha does nothing later."""

    def storm(self, dice: random.Random) -> None:
        self.sandbox.faults.clear()
        self.sandbox.faults.fail_by_chance(
            dice.choice(self.FAULTS),
            probability=dice.choice((0.1, 0.5)),
            seed=dice.randrange(10**6),
            path_contains=self.STRUCK,
        )

    def calm(self) -> None:
        self.sandbox.faults.clear()


class KohaSuomiSide(KohaSide):
    kind = "koha-suomi"
    judges_by_difference = True
    STRUCK = "/pa"

    def __init__(self) -> None:
        super().__init__(KohaSettings(is_suomi=True))

    def bookings(self) -> Iterator[Booking]:
        """Which fees a sum settled is the system's own choice."""
        for booking in super().bookings():
            yield replace(booking, settled=None)


class FeeSide:
    """A system that is told fee by fee; a subclass says which and how to reach it."""

    kind: str
    judges_by_difference = True
    FAULTS = (
        *[KohaFault.DROP_AFTER] * 2,
        KohaFault.DROP_BEFORE,
        KohaFault.ERROR_BEFORE,
        KohaFault.ERROR_AFTER,
        KohaFault.MALFORMED,
        KohaFault.NOT_JSON,
        KohaFault.UNAUTHORIZED,
    )
    PATHS: tuple[str, ...]
    """Parts of the addresses that a storm strikes: payments, and the reading of the account."""

    def __init__(self) -> None:
        self.sandbox = self.make()

    def make(self) -> Any:
        raise NotImplementedError

    def options(self, url: str) -> dict[str, Any]:
        raise NotImplementedError

    @contextmanager
    def serve(self) -> Iterator[dict[str, Any]]:
        with serving(self.sandbox) as url:
            yield {"kind": self.kind, "options": {**self.options(url), "read_seconds": 0.8}}
        self.sandbox.close()

    def add(self, patrons: Sequence[SandboxPatron], items: tuple[SandboxItem, ...]) -> None:
        self.sandbox.load(SandboxPopulation(patrons=tuple(patrons), items=items))

    def reference(self, patron: SandboxPatron) -> str:
        return str(patron.patron_id)

    def fee_reference(self, fee_id: int) -> str:
        return str(fee_id)

    def bookings(self) -> Iterator[Booking]:
        """The fees under one mark are one booking; a fee that stands there twice is another."""
        rounds: dict[tuple[str, int], list[dict[str, int]]] = {}
        for row in self.sandbox.books.rows("select * from payments order by payment_id"):
            fee = self.fee_reference(row["fee_id"])
            of_marker = rounds.setdefault((row["marker"], row["patron_id"]), [{}])
            if fee in of_marker[-1]:
                of_marker.append({})
            of_marker[-1][fee] = row["cents"]
        for (mark, patron_id), told in rounds.items():
            whose = {"marker": mark, "patron": self.fee_reference(patron_id)}
            for fees in told:
                yield Booking(**whose, cents=sum(fees.values()), settled=frozenset(fees), has_left_over=False)

    def charges(self) -> dict[str, list[int]]:
        return {}

    waivers = charges

    def pay_at_desk(self, fee_id: int) -> None:
        self.sandbox.books.pay_at_desk(fee_id)

    def grow(self, fee_id: int, cents: int) -> None:
        self.sandbox.books.grow(fee_id, cents)

    def time_passes(self) -> None: ...

    def storm(self, dice: random.Random) -> None:
        self.calm()
        self.sandbox.faults.fail_by_chance(
            dice.choice(self.FAULTS),
            probability=dice.choice((0.1, 0.5)),
            seed=dice.randrange(10**6),
            path_contains=dice.choice(self.PATHS),
        )

    def calm(self) -> None:
        self.sandbox.faults.clear()


class MikromarcSide(FeeSide):
    kind = "mikromarc"
    PATHS = ("/BorrowerDebts",)

    def make(self) -> SandboxMikromarc:
        return SandboxMikromarc()

    def options(self, url: str) -> dict[str, Any]:
        return {"base_url": f"{url}/base/unit", "username": "torget", "password": "sandbox-secret"}


FOLIO_OPTIONS = {
    "tenant": "helle",
    "username": "torget",
    "password": "sandbox-secret",
    "service_point_id": "3a40852d-49fd-4df2-a1f9-6e2641a6e91f",
}


class FolioSide(FeeSide):
    kind = "folio"
    judges_by_difference = False
    FAULTS = (*FeeSide.FAULTS, KohaFault.ERROR_BUT_BOOKED)
    PATHS = ("/pay", "/accounts", "/feefineactions")

    def make(self) -> SandboxFolio:
        return SandboxFolio()

    def options(self, url: str) -> dict[str, Any]:
        return {"base_url": url, **FOLIO_OPTIONS}

    def reference(self, patron: SandboxPatron) -> str:
        return uuid_of(patron.patron_id)

    def fee_reference(self, fee_id: int) -> str:
        return uuid_of(fee_id)


# What a SIP2 site may be: the sandbox's settings, and the dialect that the connector has for it.
SIP2_SITES: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({}, {"base": "koha-latin1"}),
    ({"encoding": "utf-8", "itemises": True}, {"base": "koha"}),
    ({"encoding": "utf-8", "itemises": True, "refuses_overpayment": True}, {"base": "koha", "offers_choice": True}),
    (
        {"encoding": "utf-8", "itemises": True, "sends_patron_validity": False, "puts_date_before_flag": True},
        {"base": "koha", "sends_fee_identifier": False},
    ),
)
SIP2_FEE_KIND = "FEE"


@dataclass
class Sip2Side:
    """The site is drawn by the week's seed: totals or fee lines, choice or not, with or without the resend (97)."""

    seed: int = 0
    site: tuple[dict[str, Any], dict[str, Any]] | None = None
    kind = "sip2"
    judges_by_difference = True
    # The message that it strikes: 37 is the payment, 63 the reading of the account, 99 the status, 93 our sign-in.
    FAULTS = (
        *[(Sip2Fault.DROP_AFTER, "37")] * 3,
        *[(Sip2Fault.DROP_BEFORE, "37")] * 2,
        (Sip2Fault.SILENCE, "37"),
        (Sip2Fault.LATE, "37"),
        (Sip2Fault.DELAY, "37"),
        (Sip2Fault.GARBAGE, "37"),
        (Sip2Fault.BAD_CHECKSUM, "37"),
        (Sip2Fault.ASK_RESEND, "37"),
        (Sip2Fault.REFUSE, "37"),
        (Sip2Fault.WRONG_ECHO, "37"),
        (Sip2Fault.DROP_BEFORE, "63"),
        (Sip2Fault.GARBAGE, "63"),
        (Sip2Fault.OFFLINE, "99"),
        (Sip2Fault.DROP_AFTER, "93"),
    )
    books: Books = field(init=False)
    server: Sip2Sandbox = field(init=False)

    @contextmanager
    def serve(self) -> Iterator[dict[str, Any]]:
        dice = random.Random(self.seed)
        settings, dialect = self.site or dice.choice(SIP2_SITES)
        self.books = Books()
        set_up = Sip2Settings(**settings, answers_resend_requests=dice.random() < 0.5)
        with serving_sip2(books=self.books, settings=set_up) as self.server:
            options = {
                "host": "127.0.0.1",
                "port": self.server.port,
                "login": set_up.login,
                "password": set_up.password,
                "institution": set_up.institution,
                "dialect": {**dialect, "fee_kind": SIP2_FEE_KIND},
                "answer_seconds": 0.3,
            }
            yield {"kind": "sip2", "options": options}
        self.books.close()

    def add(self, patrons: Sequence[SandboxPatron], items: tuple[SandboxItem, ...]) -> None:
        self.books.load(patrons)

    def reference(self, patron: SandboxPatron) -> str:
        return patron.card_number

    def bookings(self) -> Iterator[Booking]:
        for payment in self.books.payments():
            person = self.books.person(payment.card_number)
            yield Booking(
                marker=payment.transaction_id,
                patron=payment.card_number,
                cents=payment.cents,
                settled=frozenset({payment.fee_identifier}) if payment.fee_identifier else None,
                has_left_over=person is not None and person.credit_cents > 0,
            )

    def charges(self) -> dict[str, list[int]]:
        """SIP2 has no message that charges a fee, and none that forgives one."""
        return {}

    waivers = charges

    def pay_at_desk(self, fee_id: int) -> None:
        self.books.change_fee(fee_id, outstanding_cents=0)

    def grow(self, fee_id: int, cents: int) -> None:
        self.books.grow_fee(fee_id, cents)

    def time_passes(self) -> None:
        self.server.finish_late()

    def storm(self, dice: random.Random) -> None:
        self.calm()
        fault, command = dice.choice(self.FAULTS)
        self.server.faults.fail_by_chance(
            fault, probability=dice.choice((0.2, 0.7)), seed=dice.randrange(10**6), command=command, seconds=0.05
        )

    def calm(self) -> None:
        self.server.faults.clear()


def library_side(kind: str, seed: int) -> LibrarySide:
    """By the name that the settings have for it; the seed draws what a site may be."""
    if kind == "sip2":
        return Sip2Side(seed)
    sides: tuple[type[KohaSide | FeeSide], ...] = (KohaSide, KohaSuomiSide, MikromarcSide, FolioSide)
    return next(one for one in sides if one.kind == kind)()


KINDS = ("folio", "koha", "koha-suomi", "mikromarc", "sip2")
