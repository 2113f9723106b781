"""How every library system behaves behind the port, whatever it speaks: one suite, run over each connector.

A connector joins by a world (its sandbox with knobs) and a subclass in test_library_systems.py with a `world` fixture.
"""

import itertools
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto
from typing import Protocol

import pytest

from torget.foundation.core.money import ZERO, Money
from torget.payments.core.cards import FindsPatrons
from torget.payments.core.ports import (
    AccountSnapshot,
    Guarantee,
    LibrarySystem,
    LibrarySystemUnavailable,
    PatronNotFound,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    WrongCredentials,
)
from torget.sandbox.population import SandboxFee, SandboxItem, SandboxPatron


class Misfortune(Enum):
    """What the next request (not counting sign-ins of the connector itself) meets."""

    LINE_LOST_BEFORE = auto()  #: The line breaks and nothing was executed.
    LINE_LOST_AFTER = auto()  #: Executed, and then the line breaks without an answer.
    NONSENSE = auto()  #: Executed, and the answer cannot be read.
    TOO_SLOW = auto()  #: Executed, and the answer comes later than the connector waits.


class LibraryWorld(Protocol):
    """A sandbox library system and the connector that speaks to it."""

    @property
    def library(self) -> LibrarySystem:
        """A connector that waits at most about a second for an answer."""
        ...

    def unreachable_library(self) -> LibrarySystem:
        """A connector like `library`, towards an address where nobody listens."""
        ...

    def add(self, patron: SandboxPatron, *, items: tuple[SandboxItem, ...] = ()) -> str:
        """Put the patron and the fees into the system; returns the reference that the port will use for them."""
        ...

    def fail_next(self, misfortune: Misfortune) -> None: ...

    def received(self, card_number: str) -> Money:
        """All that the system's own books have as paid in for this patron, by us."""
        ...

    def owed(self, card_number: str) -> Money:
        """What the patron still owes by the system's own books; credits not netted."""
        ...

    def request_count(self) -> int:
        """How many requests the system has had so far, sign-ins of the connector included."""
        ...


_numbers = itertools.count(1)
TODAY = date(2026, 11, 24)


def new_patron(*cents: int, expires_in_days: int = 400, family_name: str = "Åkerlund") -> SandboxPatron:
    """A patron nobody has seen before, in no generated population either, with a frozen overdue fee for each amount."""
    number = next(_numbers)
    fees = tuple(
        SandboxFee(
            fee_id=10_000_000 + number * 2000 + index,
            kind="OVERDUE",
            charged_cents=amount,
            outstanding_cents=amount,
            description=f"Sommarboken {index}",
            incurred_on=TODAY - timedelta(days=90 - index),
            branch="PRV/PK",
        )
        for index, amount in enumerate(cents)
    )
    return SandboxPatron(
        patron_id=100_000 + number,
        card_number=f"29990{number:09d}",
        pin="pin-7",
        given_name="Göran",
        family_name=family_name,
        language="sv",
        home_branch="PRV/PK",
        category="HENKILO",
        expires_on=TODAY + timedelta(days=expires_in_days),
        email="goran@example.org",
        fees=fees,
    )


def order_for(snapshot: AccountSnapshot, *, marker: str = "", only: tuple[str, ...] | None = None) -> RegistrationOrder:
    number = next(_numbers)
    return RegistrationOrder(
        marker=marker or f"order-{number}",
        marker_number=number,
        patron_reference=snapshot.patron.reference,
        card_number=snapshot.patron.card_number,
        lines=tuple(
            RegistrationLine(fee_reference=fee.reference, amount=fee.outstanding)
            for fee in snapshot.fees
            if only is None or fee.reference in only
        ),
    )


def orders_of(library: LibrarySystem, order: RegistrationOrder) -> list[RegistrationOrder]:
    """The order as this system takes it: whole, or fee by fee."""
    if not library.capabilities.books_each_fee:
        return [order]
    return [replace(order, lines=(line,)) for line in order.lines]


def register(library: LibrarySystem, order: RegistrationOrder) -> set[RegistrationOutcome]:
    return {library.register(one).outcome for one in orders_of(library, order)}


def read(world: LibraryWorld, patron: SandboxPatron, reference: str) -> AccountSnapshot:
    return world.library.account(patron_reference=reference, card_number=patron.card_number)


class LibrarySystemSuite:
    """Subclass me with a `world` fixture."""

    # ── Signing in ──

    def test_card_and_pin_open_the_door(self, world: LibraryWorld) -> None:
        patron = new_patron(150)
        reference = world.add(patron)
        identity = world.library.authenticate(card_number=patron.card_number, pin=patron.pin)
        assert identity.reference == reference
        assert identity.card_number == patron.card_number
        assert "Åkerlund" in identity.name

    def test_a_front_door_finds_the_patron_by_the_card_alone(self, world: LibraryWorld) -> None:
        if not isinstance(world.library, FindsPatrons):
            pytest.skip("the system tells nothing without the PIN")
        patron = new_patron(150)
        reference = world.add(patron)
        identity = world.library.find_patron(card_number=patron.card_number)
        assert (identity.reference, identity.card_number) == (reference, patron.card_number)
        for card_number in (patron.card_number[:-1], "26389999999999", "%"):
            with pytest.raises(PatronNotFound):
                world.library.find_patron(card_number=card_number)

    def test_a_wrong_pin_and_an_unknown_card_cannot_be_told_apart(self, world: LibraryWorld) -> None:
        patron = new_patron()
        world.add(patron)
        with pytest.raises(WrongCredentials) as wrong_pin:
            world.library.authenticate(card_number=patron.card_number, pin="0000")
        with pytest.raises(WrongCredentials) as unknown_card:
            world.library.authenticate(card_number="26389999999999", pin="0000")
        assert str(wrong_pin.value) == str(unknown_card.value)

    @pytest.mark.parametrize(("card_number", "pin"), [("", "1907"), ("26380000000014", ""), ("", "")])
    def test_nothing_typed_is_wrong_credentials(self, world: LibraryWorld, card_number: str, pin: str) -> None:
        with pytest.raises(WrongCredentials):
            world.library.authenticate(card_number=card_number, pin=pin)

    def test_an_expired_card_with_debts_still_signs_in(self, world: LibraryWorld) -> None:
        patron = new_patron(99900, expires_in_days=-40)
        reference = world.add(patron)
        assert world.library.authenticate(card_number=patron.card_number, pin=patron.pin).reference == reference

    def test_the_pin_is_never_logged_nor_kept(self, world: LibraryWorld, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        patron = new_patron()
        world.add(patron)
        identity = world.library.authenticate(card_number=patron.card_number, pin=patron.pin)
        with pytest.raises(WrongCredentials) as refused:
            world.library.authenticate(card_number=patron.card_number, pin="5555")
        assert "5555" not in f"{refused.value!r} {refused.value.__cause__!r}"
        assert patron.pin not in repr(identity)
        assert not any(pin in record.getMessage() for record in caplog.records for pin in ("5555", "pin=1907"))

    # ── Reading ──

    def test_every_cent_of_every_fee_is_read(self, world: LibraryWorld) -> None:
        patron = new_patron(115, 255, 435, 460, 510, 1, 30000)
        snapshot = read(world, patron, world.add(patron))
        assert sum(fee.outstanding.cents for fee in snapshot.fees) == patron.outstanding_cents
        if world.library.capabilities.has_fee_details:
            assert [fee.outstanding.cents for fee in snapshot.fees] == [115, 255, 435, 460, 510, 1, 30000]
            assert len({fee.reference for fee in snapshot.fees}) == 7
        else:
            assert len(snapshot.fees) == 1

    def test_who_owes_nothing_has_no_fees(self, world: LibraryWorld) -> None:
        patron = new_patron()
        snapshot = read(world, patron, world.add(patron))
        assert snapshot.fees == ()
        assert snapshot.credit == ZERO

    def test_the_snapshot_tells_when_it_was_read(self, world: LibraryWorld) -> None:
        patron = new_patron()
        reference = world.add(patron)
        before = datetime.now(UTC)
        assert before <= read(world, patron, reference).read_at <= datetime.now(UTC)

    def test_the_number_of_round_trips_does_not_grow_with_the_fees(self, world: LibraryWorld) -> None:
        few, many = new_patron(100, 100), new_patron(*([20] * 60))
        few_reference, many_reference = world.add(few), world.add(many)
        read(world, few, few_reference)
        start = world.request_count()
        read(world, few, few_reference)
        middle = world.request_count()
        read(world, many, many_reference)
        assert world.request_count() - middle == middle - start

    def test_an_unknown_patron_is_not_an_empty_account(self, world: LibraryWorld) -> None:
        with pytest.raises(PatronNotFound):
            world.library.account(patron_reference="99999999", card_number="99999999")
        with pytest.raises(PatronNotFound):
            world.library.open_fees(patron_reference="99999999", card_number="99999999")

    def test_the_quick_look_agrees_with_the_account(self, world: LibraryWorld) -> None:
        patron = new_patron(115, 255, 20)
        snapshot = read(world, patron, world.add(patron))
        quick = world.library.open_fees(
            patron_reference=snapshot.patron.reference, card_number=snapshot.patron.card_number
        )
        assert quick == {fee.reference: fee.outstanding for fee in snapshot.fees}

    def test_whom_a_patron_answers_for_is_told_or_declared_unknown(self, world: LibraryWorld) -> None:
        guardian = new_patron()
        reference = world.add(guardian)
        child = replace(new_patron(100), guarantor_ids=(guardian.patron_id,))
        told = (Guarantee(reference=world.add(child), given_name="Göran"),)
        if not world.library.capabilities.knows_guarantees:
            assert world.library.guarantees(patron_reference=reference) == ()
            return
        assert world.library.guarantees(patron_reference=reference) == told
        world.add(replace(child, guarantor_ids=()))
        assert world.library.guarantees(patron_reference=reference) == ()
        world.fail_next(Misfortune.LINE_LOST_BEFORE)
        with pytest.raises(LibrarySystemUnavailable):
            world.library.guarantees(patron_reference=reference)

    @pytest.mark.parametrize("misfortune", Misfortune)
    def test_a_read_that_fails_says_so(self, world: LibraryWorld, misfortune: Misfortune) -> None:
        patron = new_patron(100)
        reference = world.add(patron)
        read(world, patron, reference)
        world.fail_next(misfortune)
        with pytest.raises(LibrarySystemUnavailable):
            read(world, patron, reference)
        assert len(read(world, patron, reference).fees) == 1

    def test_nobody_at_home_is_unavailable(self, world: LibraryWorld) -> None:
        library = world.unreachable_library()
        with pytest.raises(LibrarySystemUnavailable):
            library.authenticate(card_number="26380000000014", pin="pin-7")
        with pytest.raises(LibrarySystemUnavailable):
            library.account(patron_reference=world.add(new_patron()), card_number="26380000000014")

    # ── Registering ──

    def test_a_payment_of_everything_is_booked_once(self, world: LibraryWorld) -> None:
        patron = new_patron(115, 255)
        snapshot = read(world, patron, world.add(patron))
        assert register(world.library, order_for(snapshot)) == {RegistrationOutcome.BOOKED}
        assert world.received(patron.card_number) == Money(370)
        assert world.owed(patron.card_number) == ZERO

    def test_chosen_fees_and_no_others_are_settled(self, world: LibraryWorld) -> None:
        patron = new_patron(115, 255, 435)
        snapshot = read(world, patron, world.add(patron))
        if world.library.capabilities.can_choose_fees:
            chosen = snapshot.fees[1]
            order = order_for(snapshot, only=(chosen.reference,))
            assert world.library.register(order).outcome is RegistrationOutcome.BOOKED
            left = read(world, patron, snapshot.patron.reference)
            assert [fee.outstanding.cents for fee in left.fees] == [115, 435]
        else:
            assert world.library.register(order_for(snapshot)).outcome is RegistrationOutcome.BOOKED
            assert read(world, patron, snapshot.patron.reference).fees == ()

    @pytest.mark.parametrize("misfortune", Misfortune)
    def test_without_a_clear_answer_the_outcome_is_unknown_and_nothing_is_resent(
        self, world: LibraryWorld, misfortune: Misfortune
    ) -> None:
        patron = new_patron(255)
        snapshot = read(world, patron, world.add(patron))
        world.fail_next(misfortune)
        result = world.library.register(order_for(snapshot))
        assert result.outcome is RegistrationOutcome.UNKNOWN
        was_executed = misfortune is not Misfortune.LINE_LOST_BEFORE
        assert world.received(patron.card_number) == (Money(255) if was_executed else ZERO)

    def test_an_order_that_never_left_may_be_sent_again(self, world: LibraryWorld) -> None:
        patron = new_patron(255)
        snapshot = read(world, patron, world.add(patron))
        result = world.unreachable_library().register(order_for(snapshot))
        assert result.outcome is RegistrationOutcome.NOT_SENT
        assert world.received(patron.card_number) == ZERO

    def test_a_payment_for_nobody_is_never_booked(self, world: LibraryWorld) -> None:
        patron = new_patron(255)
        snapshot = read(world, patron, world.add(patron))
        order = order_for(snapshot)
        nobody = RegistrationOrder(
            marker=order.marker,
            marker_number=order.marker_number,
            patron_reference="99999999",
            card_number="99999999",
            lines=order.lines,
        )
        assert world.library.register(nobody).outcome is RegistrationOutcome.REFUSED
        assert world.received(patron.card_number) == ZERO

    def test_a_result_names_nobody(self, world: LibraryWorld) -> None:
        patron = new_patron(255)
        snapshot = read(world, patron, world.add(patron))
        result = world.library.register(order_for(snapshot))
        for secret in (patron.card_number, patron.family_name, patron.given_name, patron.pin):
            assert secret not in result.detail

    def test_many_patrons_pay_at_once(self, world: LibraryWorld) -> None:
        patrons = [new_patron(115, 255) for _ in range(8)]
        snapshots = [read(world, patron, world.add(patron)) for patron in patrons]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda one: register(world.library, order_for(one)), snapshots))
        assert set().union(*results) == {RegistrationOutcome.BOOKED}
        assert [world.received(patron.card_number) for patron in patrons] == [Money(370)] * 8

    def test_what_is_told_fee_by_fee_is_never_told_together(self, world: LibraryWorld) -> None:
        if not world.library.capabilities.books_each_fee:
            pytest.skip("the system takes the fees of a payment together")
        patron = new_patron(115, 255)
        snapshot = read(world, patron, world.add(patron))
        assert world.library.register(order_for(snapshot)).outcome is RegistrationOutcome.REFUSED
        assert world.received(patron.card_number) == ZERO

    def test_no_more_than_is_open_is_taken_from_a_fee(self, world: LibraryWorld) -> None:
        """Where a system takes anything, the procedure compares before it tells; a no must be true."""
        patron = new_patron(115, 255)
        snapshot = read(world, patron, world.add(patron))
        fee = snapshot.fees[0]
        line = RegistrationLine(fee_reference=fee.reference, amount=fee.outstanding + Money(1))
        result = world.library.register(replace(order_for(snapshot), lines=(line,)))
        if result.outcome is RegistrationOutcome.REFUSED:
            assert world.received(patron.card_number) == ZERO

    # ── Looking a registration up ──

    def test_a_booking_is_found_by_its_marker_or_by_the_difference(self, world: LibraryWorld) -> None:
        patron = new_patron(115, 255)
        snapshot = read(world, patron, world.add(patron))
        reference = snapshot.patron.reference
        order = order_for(snapshot)
        if world.library.capabilities.can_find_registration:
            assert world.library.find_registration(patron_reference=reference, marker=order.marker) is None
        first, *others = orders_of(world.library, order)
        world.fail_next(Misfortune.LINE_LOST_AFTER)
        assert world.library.register(first).outcome is RegistrationOutcome.UNKNOWN
        assert {world.library.register(one).outcome for one in others} <= {RegistrationOutcome.BOOKED}
        if world.library.capabilities.can_find_registration:
            found = world.library.find_registration(patron_reference=reference, marker=order.marker)
            assert found is not None
            assert found.amount == order.amount
            assert found.booking_reference
            if world.library.capabilities.books_each_fee:
                assert found.fees == {line.fee_reference: line.amount for line in order.lines}
        after = read(world, patron, reference)
        assert sum(fee.outstanding.cents for fee in after.fees) == 0

    def test_a_marker_that_merely_begins_alike_is_not_ours(self, world: LibraryWorld) -> None:
        patron = new_patron(115)
        snapshot = read(world, patron, world.add(patron))
        order = order_for(snapshot, marker=f"pay-{next(_numbers)}-0017")
        assert world.library.register(order).outcome is RegistrationOutcome.BOOKED
        shorter = order.marker[:-1]
        if world.library.capabilities.can_find_registration:
            assert world.library.find_registration(patron_reference=snapshot.patron.reference, marker=shorter) is None
        else:
            assert read(world, patron, snapshot.patron.reference).fees == ()

    def test_a_look_up_that_fails_is_not_a_no(self, world: LibraryWorld) -> None:
        patron = new_patron(115)
        snapshot = read(world, patron, world.add(patron))
        if world.library.capabilities.can_find_registration:
            for misfortune in Misfortune:
                world.fail_next(misfortune)
                with pytest.raises(LibrarySystemUnavailable):
                    world.library.find_registration(patron_reference=snapshot.patron.reference, marker="order-x")
        assert world.library.capabilities == world.library.capabilities
