"""What every payment provider must do for us, whatever it speaks; a connector joins by giving a world to this suite."""

import dataclasses
import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, Protocol, cast

import pytest

from tests.ports.tampering import doubled, tampered, without_parts
from torget.foundation.core.money import Money
from torget.payments.core.giving_back import RefundLine, RefundOrder
from torget.payments.core.ports import (
    BadMessage,
    CreatedPayment,
    IncomingMessage,
    OrderLine,
    PaymentOrder,
    PaymentProvider,
    PaymentStatus,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundStatus,
)
from torget.payments.core.provider_extras import Captures

Choice = Literal["pay", "cancel", "decline", "pending", "approve", "reject"]
Failure = Literal["down", "answer_lost", "server_error", "nonsense", "forged"]
RefundCourse = Literal["ok", "pending_ok", "pending_fail", "unsupported"]
RETURN_URL = "https://maksut.example.fi/return/abc?lang=sv"
CALLBACK_URL = "https://maksut.example.fi/callback/abc"
REFUND_CALLBACK_URL = "https://maksut.example.fi/refund-callback/abc"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What reaches us after the payer, or the bank, has chosen."""

    returned: IncomingMessage | None
    callbacks: tuple[IncomingMessage, ...]


class PaymentProviderWorld(Protocol):
    """One provider with one account of ours, and hands on everything outside of us."""

    provider: PaymentProvider
    account: str
    payees: tuple[str, ...]
    """Sub-merchants; empty if the account is not an aggregate."""
    unsigned: frozenset[str]
    """Fields of a message that nobody vouches for, such as our own parameters that come back as they were sent."""
    signed_headers: tuple[str, ...]

    def choose(self, payment: CreatedPayment, choice: Choice) -> Aftermath: ...

    def next_call_fails(self, failure: Failure) -> None: ...

    def refunds_go(self, course: RefundCourse) -> None: ...

    def refund_callbacks(self) -> tuple[IncomingMessage, ...]:
        """What the provider has said of refunds since the last time, time passing as it needs."""
        ...

    def refunded_in_their_books(self, provider_reference: str) -> Money: ...

    def today(self) -> date: ...

    def days_pass(self, days: int) -> None: ...

    def stranger(self) -> PaymentProvider:
        """Another account at the same provider, with a secret of its own."""
        ...


class PaymentProviderSuite:
    """Subclass it with a fixture `world`."""

    @pytest.fixture
    def world(self) -> Iterator[PaymentProviderWorld]:
        raise AssertionError("a suite needs a world")

    @pytest.fixture
    def order(self, world: PaymentProviderWorld) -> PaymentOrder:
        return new_order(world)

    def test_a_payment_is_open_until_somebody_pays(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        created = world.provider.create(order)
        assert created.pay_url.startswith(("https://", "http://"))
        if world.provider.capabilities.has_status_query:
            said = world.provider.status(provider_reference=created.provider_reference)
            assert (said.status, said.amount, said.stamp) == (PaymentStatus.OPEN, order.amount, order.stamp)

    @pytest.mark.parametrize(
        ("choice", "status"),
        [
            ("pay", PaymentStatus.PAID),
            ("cancel", PaymentStatus.FAILED),
            ("decline", PaymentStatus.FAILED),
            ("pending", PaymentStatus.PENDING),
        ],
    )
    def test_return_callback_and_query_agree(
        self, world: PaymentProviderWorld, order: PaymentOrder, choice: Choice, status: PaymentStatus
    ) -> None:
        can = world.provider.capabilities
        only_if(can.has_pending or choice != "pending")
        created = world.provider.create(order)
        aftermath = world.choose(created, choice)
        assert aftermath.returned is not None
        is_told = can.tells_of_cancelling or choice != "cancel"
        assert len(aftermath.callbacks) == (1 if is_told else 0)
        said = [world.provider.read_message(message) for message in aftermath.callbacks]
        if can.has_signed_return:
            said.append(world.provider.read_message(aftermath.returned))
        else:
            with pytest.raises(BadMessage):
                world.provider.read_message(aftermath.returned)
        if can.has_status_query:
            answer = world.provider.status(provider_reference=created.provider_reference)
            assert answer.amount == order.amount
            said.append(answer)
        if choice == "pay" and can.needs_capture:
            status = PaymentStatus.RESERVED
        elif not is_told:
            status = PaymentStatus.OPEN
        for message in said:
            assert message.status is status
            assert_about(message, world, order, created)

    def test_what_is_reserved_is_paid_once_it_is_captured(
        self, world: PaymentProviderWorld, order: PaymentOrder
    ) -> None:
        only_if(world.provider.capabilities.needs_capture)
        created = paid(world, order)
        said = world.provider.status(provider_reference=created.provider_reference)
        assert (said.status, said.amount) == (PaymentStatus.PAID, order.amount)
        capture(world, order, created)
        again = world.provider.status(provider_reference=created.provider_reference)
        assert (again.status, again.amount) == (PaymentStatus.PAID, order.amount)

    def test_nothing_is_captured_before_the_payer_agreed(
        self, world: PaymentProviderWorld, order: PaymentOrder
    ) -> None:
        only_if(world.provider.capabilities.needs_capture)
        created = world.provider.create(order)
        with pytest.raises(ProviderRefused):
            capture(world, order, created)

    @pytest.mark.parametrize(("choice", "status"), [("approve", PaymentStatus.PAID), ("reject", PaymentStatus.FAILED)])
    def test_what_was_pending_ends_by_a_callback(
        self, world: PaymentProviderWorld, order: PaymentOrder, choice: Choice, status: PaymentStatus
    ) -> None:
        only_if(world.provider.capabilities.has_pending)
        created = world.provider.create(order)
        world.choose(created, "pending")
        aftermath = world.choose(created, choice)
        assert aftermath.returned is None
        assert [world.provider.read_message(message).status for message in aftermath.callbacks] == [status]

    def test_a_cancelled_payment_can_still_be_paid(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        only_if(world.provider.capabilities.can_pay_after_failure)
        created = world.provider.create(order)
        world.choose(created, "cancel")
        aftermath = world.choose(created, "pay")
        assert [world.provider.read_message(said).status for said in aftermath.callbacks] == [PaymentStatus.PAID]

    def test_any_changed_letter_makes_a_message_bad(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        message = world.choose(world.provider.create(order), "pay").callbacks[0]
        changed = list(tampered(message, unsigned=world.unsigned, headers=world.signed_headers))
        assert len(changed) > 3
        for one in changed:
            with pytest.raises(BadMessage):
                world.provider.read_message(one)

    def test_a_repeated_key_makes_a_message_bad(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        message = world.choose(world.provider.create(order), "pay").callbacks[0]
        for one in doubled(message):
            with pytest.raises(BadMessage):
                world.provider.read_message(one)

    def test_a_missing_part_makes_a_message_bad(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        message = world.choose(world.provider.create(order), "pay").callbacks[0]
        for one in without_parts(message, unsigned=world.unsigned, headers=world.signed_headers):
            with pytest.raises(BadMessage):
                world.provider.read_message(one)

    def test_an_empty_message_is_bad(self, world: PaymentProviderWorld) -> None:
        for method in ("GET", "POST"):
            for body in (b"", b"{}", b"[]", b"null", b'"', b"\xff", b"[" * 100_000):
                with pytest.raises(BadMessage):
                    world.provider.read_message(IncomingMessage(method=method, query=(), body=body))
                with pytest.raises(BadMessage):
                    world.provider.read_refund_message(IncomingMessage(method=method, query=(), body=body))

    def test_a_message_to_another_account_is_bad(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        message = world.choose(world.provider.create(order), "pay").callbacks[0]
        with pytest.raises(BadMessage):
            world.stranger().read_message(message)

    def test_another_accounts_payment_is_refused(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        created = world.provider.create(order)
        # Where nothing can be asked that is refused too.
        with pytest.raises(ProviderRefused):
            world.stranger().status(provider_reference=created.provider_reference)

    def test_a_used_stamp_never_makes_a_second_payment(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        created = world.provider.create(order)
        try:
            again = world.provider.create(order)
        except ProviderRefused:
            return
        assert again == created

    def test_an_order_for_nothing_is_refused(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        nothing = tuple(dataclasses.replace(line, amount=Money(0)) for line in order.lines)
        with pytest.raises(ProviderRefused):
            world.provider.create(dataclasses.replace(order, lines=nothing))

    @pytest.mark.parametrize("failure", ["down", "answer_lost", "server_error", "nonsense", "forged"])
    def test_no_usable_answer_is_unavailable(
        self, world: PaymentProviderWorld, order: PaymentOrder, failure: Failure
    ) -> None:
        only_if(world.provider.capabilities.signs_answers or failure != "forged")
        created = world.provider.create(order)
        world.next_call_fails(failure)
        with pytest.raises(ProviderUnavailable):
            world.provider.create(new_order(world))
        if world.provider.capabilities.has_status_query:
            world.next_call_fails(failure)
            with pytest.raises(ProviderUnavailable):
                world.provider.status(provider_reference=created.provider_reference)
        if world.provider.capabilities.has_refund:
            pay(world, order, created)
            world.next_call_fails(failure)
            with pytest.raises(ProviderUnavailable):
                world.provider.refund(new_refund(order, created, order.amount))
        assert world.provider.create(new_order(world)).provider_reference

    def test_a_refund_of_everything(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        created = paid(world, order)
        if not world.provider.capabilities.has_refund:
            with pytest.raises(ProviderRefused):
                world.provider.refund(new_refund(order, created, order.amount))
            return
        answer = world.provider.refund(new_refund(order, created, order.amount))
        assert answer.status is RefundStatus.REFUNDED
        assert world.refunded_in_their_books(created.provider_reference) == order.amount
        only_if(world.provider.capabilities.has_refund_callbacks)
        (message,) = [world.provider.read_refund_message(said) for said in world.refund_callbacks()]
        assert message.status is RefundStatus.REFUNDED
        assert (message.account, message.amount) == (world.account, order.amount)
        assert message.provider_reference == answer.provider_reference

    def test_a_refund_of_one_line(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        only_if(world.provider.capabilities.has_partial_refund)
        created = paid(world, order)
        line = order.lines[1]
        refund = new_refund(order, created, line.amount, lines=(line,))
        assert world.provider.refund(refund).status is RefundStatus.REFUNDED
        assert world.refunded_in_their_books(created.provider_reference) == line.amount

    @pytest.mark.parametrize(
        ("course", "end"), [("pending_ok", RefundStatus.REFUNDED), ("pending_fail", RefundStatus.FAILED)]
    )
    def test_a_pending_refund_ends_by_a_callback(
        self, world: PaymentProviderWorld, order: PaymentOrder, course: RefundCourse, end: RefundStatus
    ) -> None:
        can = world.provider.capabilities
        only_if(can.has_refund_callbacks and can.has_pending_refunds)
        created = paid(world, order)
        world.refunds_go(course)
        assert world.provider.refund(new_refund(order, created, order.amount)).status is RefundStatus.PENDING
        (message,) = [world.provider.read_refund_message(said) for said in world.refund_callbacks()]
        assert message.status is end
        back = order.amount if end is RefundStatus.REFUNDED else Money(0)
        assert world.refunded_in_their_books(created.provider_reference) == back

    def test_a_refund_that_cannot_be_is_refused(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        only_if(world.provider.capabilities.has_refund)
        created = paid(world, order)
        with pytest.raises(ProviderRefused):
            world.provider.refund(new_refund(order, created, order.amount + Money(1)))
        world.refunds_go("unsupported")
        with pytest.raises(ProviderRefused):
            world.provider.refund(new_refund(order, created, order.amount))
        assert world.refunded_in_their_books(created.provider_reference) == Money(0)

    def test_a_refund_of_an_unpaid_payment_is_refused(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        created = world.provider.create(order)
        with pytest.raises(ProviderRefused):
            world.provider.refund(new_refund(order, created, order.amount))

    def test_a_settlement_follows_a_paid_day(self, world: PaymentProviderWorld, order: PaymentOrder) -> None:
        paid(world, order)
        first = world.today()
        if not world.provider.capabilities.has_settlements:
            with pytest.raises(ProviderRefused):
                world.provider.settlements(first=first, last=first)
            return
        assert world.provider.settlements(first=first, last=first) == ()
        world.days_pass(2)
        found = world.provider.settlements(first=first, last=world.today())
        assert len(found) == max(1, len(world.payees))
        for settlement in found:
            assert settlement.reference
            assert settlement.created_at is not None
            assert first <= settlement.created_at.date() <= world.today()
        long_ago = first - timedelta(days=30)
        assert world.provider.settlements(first=long_ago, last=long_ago) == ()

    def test_a_split_is_refused_without_a_payee_on_every_line(
        self, world: PaymentProviderWorld, order: PaymentOrder
    ) -> None:
        can_split = world.provider.capabilities.can_split
        wrong = dataclasses.replace(order.lines[0], sub_merchant=None if can_split else "700009")
        with pytest.raises(ProviderRefused):
            world.provider.create(dataclasses.replace(order, lines=(wrong, *order.lines[1:])))


_numbers = itertools.count(1)


def new_order(world: PaymentProviderWorld, *, language: str = "sv") -> PaymentOrder:
    number = next(_numbers)
    payees = itertools.cycle(world.payees or (None,))
    lines = [("OVERDUE", "Myöhästymismaksu", 240), ("LOST", "Förkommet material €", 850)]
    return PaymentOrder(
        stamp=f"payment-{number}",
        reference="13",
        lines=tuple(
            OrderLine(
                stamp=f"payment-{number}-{place}",
                product_code=code,
                description=description,
                amount=Money(cents),
                vat_permille=0,
                sub_merchant=next(payees),
            )
            for place, (code, description, cents) in enumerate(lines)
        ),
        language=language,
        email="lainaaja@example.fi",
        return_url=RETURN_URL,
        callback_url=CALLBACK_URL,
    )


def new_refund(
    order: PaymentOrder, created: CreatedPayment, amount: Money, *, lines: tuple[OrderLine, ...] = ()
) -> RefundOrder:
    return RefundOrder(
        refund_stamp=f"{order.stamp}-refund-{next(_numbers)}",
        provider_reference=created.provider_reference,
        amount=amount,
        lines=tuple(RefundLine(order_line_stamp=line.stamp, amount=line.amount) for line in lines),
        callback_url=REFUND_CALLBACK_URL,
    )


def pay(world: PaymentProviderWorld, order: PaymentOrder, created: CreatedPayment) -> None:
    """Until the money is ours."""
    world.choose(created, "pay")
    if world.provider.capabilities.needs_capture:
        capture(world, order, created)


def paid(world: PaymentProviderWorld, order: PaymentOrder) -> CreatedPayment:
    created = world.provider.create(order)
    pay(world, order, created)
    return created


def capture(world: PaymentProviderWorld, order: PaymentOrder, created: CreatedPayment) -> None:
    provider = cast(Captures, world.provider)
    provider.capture(provider_reference=created.provider_reference, amount=order.amount)


def only_if(can: bool) -> None:
    """A case of an ability that this provider declares not to have."""
    if not can:
        pytest.skip("the provider declares that it has not this ability")


def assert_about(
    message: ProviderMessage, world: PaymentProviderWorld, order: PaymentOrder, created: CreatedPayment
) -> None:
    assert message.account == world.account
    assert message.stamp == order.stamp
    assert message.provider_reference == created.provider_reference
    if message.amount is not None:
        assert (message.amount, message.currency) == (order.amount, "EUR")
    elif world.provider.capabilities.states_amount:
        assert message.status is not PaymentStatus.PAID, "who says paid says how much"
