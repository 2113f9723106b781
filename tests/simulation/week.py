"""One seeded week: patrons, a provider and a library system that lose, double, delay and reorder, and crashes."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from tests.simulation.auditor import Auditor, Fault
from tests.simulation.crashes import ProcessKilled, choose_crash
from tests.simulation.failover import Failover
from tests.simulation.settling import SettlementAtWork
from tests.simulation.staff import REFUSED, StaffAtWork
from tests.world import World, make_fee, make_patron
from torget.payments.checkout.load import load_payment
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.open_page import PageBeingMade, PageNotAvailable
from torget.payments.checkout.receive import MessageNotBelieved
from torget.payments.checkout.start import FeeInAnotherPayment, FeesChanged, NothingChosen
from torget.payments.checkout.withdraw import MayBePaid, withdraw_payment
from torget.payments.checkout.worker import work_once
from torget.payments.core.checkout import UNPAID
from torget.payments.core.ports import LibrarySystemError
from torget.payments.core.schedule import DIFFERENCE_PROVES
from torget.sandbox.paytrail.hostile import HOSTILE
from torget.sandbox.paytrail.outcomes import OUTCOMES
from torget.sandbox.population import SandboxFee, SandboxPatron
from torget.sandbox.providers.outcomes import NotPossible
from torget.sandbox.providers.sandbox import ProviderSandbox

PATRONS = 12
ACTIONS = 240
CRASH_PROBABILITY = 0.25
# A run of the reconciliation passes many more points than a step of a payment.
SETTLEMENT_POINTS = 120
BRANCHES = ("PRV/PK", "SIP/PK", "RAS/PK")
PROVIDER_OUTAGES = ("refuse", "drop_after", "error_500", "error_after", "malformed", "unsigned", "changed_body")
REFUNDS = ("ok", "ok", "pending_ok", "pending_fail", "fail", "unsupported", "insufficient")
# What may end an action without being a fault of ours: the patron or the provider is told so.
EXPECTED = (
    FeeInAnotherPayment,
    FeesChanged,
    LibrarySystemError,
    MayBePaid,
    MessageNotBelieved,
    NotPossible,
    NothingChosen,
    PageBeingMade,
    PageNotAvailable,
    Refund.DoesNotExist,
    *REFUSED,
)
METHODS = ("", "", "", "spankki", "nordea")


def lost_order_of(card_number: str, since: datetime) -> bool:
    return Payment.objects.filter(
        card_number=card_number, state__in=("registering", "uncertain"), attempts__started_at__gte=since
    ).exists()


@dataclass
class Week:
    world: World
    seed: int
    second: ProviderSandbox
    dice: random.Random = field(init=False)
    patrons: list[SandboxPatron] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    crashes: int = 0
    failover: Failover = field(init=False)
    staff: StaffAtWork = field(init=False)
    settlement: SettlementAtWork = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.failover = Failover(self.world, self.dice, self.patrons, self.second)
        self.staff = StaffAtWork(self.world, self.dice, self.failover)
        self.settlement = SettlementAtWork(self.world, self.dice)

    def run(self) -> list[Fault]:
        self._populate()
        self.staff.hire()
        self.failover.open_accounts()
        self.settlement.open_accounts()
        actions: list[tuple[int, Callable[[], None]]] = [
            (20, self._start),
            (16, self._open_and_act),
            (8, self._come_back),
            (10, self._callback),
            (30, self._work),
            (10, self._time_passes),
            (3, self._withdraw),
            (2, self._desk),
            (2, self._grow),
            (6, self._weather),
            (25, self.staff.act),
            (2, self._is_never_heard_of),
            (3, self.settlement.act),
            (12, self.failover.act),
        ]
        choices = [action for weight, action in actions for _ in range(weight)]
        for _ in range(ACTIONS):
            self._do(self.dice.choice(choices))
        self._calm_down()
        return Auditor(self.world, self.settlement, self.failover).audit()

    def _populate(self) -> None:
        for number in range(1, PATRONS + 1):
            fees = [
                make_fee(
                    number * 100 + place,
                    self.dice.choice((15, 115, 255, 435, 1500)),
                    self.dice.choice(BRANCHES),
                    self.dice.choice(("OVERDUE", "RESERVE_EXPIRED", "LOST", "COPIES", "ILL")),
                )
                for place in range(self.dice.randint(1, 6))
            ]
            self.patrons.append(make_patron(number, *fees))
        self.world.add(*self.patrons)

    def _do(self, action: Callable[[], None], points: int = 40) -> None:
        crash = choose_crash(self.dice, CRASH_PROBABILITY, points)
        try:
            with crash.armed():
                action()
        except ProcessKilled:
            self.crashes += 1
            connection.close()
        except EXPECTED:
            pass

    def _some_payment(self) -> int:
        count = Payment.objects.count()
        if not count:
            raise NothingChosen
        # Mostly one of the newest: people pay soon or never.
        newest_first = self.dice.randrange(min(count, 4) if self.dice.random() < 0.8 else count)
        return int(Payment.objects.order_by("-id").values_list("id", flat=True)[newest_first])

    def _start(self) -> None:
        patron = self.dice.choice(self.patrons)
        chosen = [fee.fee_id for fee in patron.fees if self.dice.random() < 0.6]
        # Some are guardians: of anybody, so that two of them meet over one child, and the child pays meanwhile.
        others = [one for one in self.patrons if one is not patron]
        children = self.dice.sample(others, self.dice.choice((0, 0, 0, 1, 2)))
        self.world.start(patron, *chosen, children=children)
        if self.dice.random() < 0.8:
            self._open_and_act()

    def _open_and_act(self) -> None:
        payment_id = self._some_payment()
        if load_payment(payment_id).state == "created":
            self.world.open(payment_id)
        if self.failover.takes(payment_id):
            self.failover.pay(payment_id)
            return
        outcome = self.dice.choice([*OUTCOMES, *["pay", "pay_and_close_browser", "pay_unnoticed"] * 5])
        hostile = self.dice.sample(sorted(HOSTILE), self.dice.choice((0, 0, 1, 3)))
        url = self.world.at_provider(
            payment_id,
            outcome,
            method=self.dice.choice(METHODS),
            copies=self.dice.choice((1, 1, 2, 4)),
            copy_gap_seconds=float(self.dice.choice((1, 600, 90_000))),
            stale_pending=self.dice.random() < 0.2,
            hostile=hostile,
            hostile_redirect=self.dice.choice(sorted(HOSTILE)) if self.dice.random() < 0.1 else "",
        )
        if url and self.dice.random() < 0.7:
            self.returns.append(url)

    def _is_never_heard_of(self) -> None:
        """Paid, and the callback, the return and every poll are lost: only the settlement tells."""
        payment_id = self._some_payment()
        self.world.at_provider(payment_id, "pay_unnoticed")
        Payment.objects.filter(pk=payment_id, state__in=UNPAID).update(next_at=None)

    def _come_back(self) -> None:
        """In any order, and now and then twice."""
        if self.returns:
            url = self.dice.choice(self.returns)
            if self.dice.random() < 0.7:
                self.returns.remove(url)
            self.world.come_back(url)

    def _callback(self) -> None:
        waiting = self.world.paytrail.outbox.waiting()
        if not waiting:
            return
        callback = self.world.paytrail.outbox.take(self.dice.choice(waiting).id)
        if callback is None:
            return
        if self.dice.random() < 0.15:
            self.world.paytrail.outbox.record(callback, code=200)  # lost behind a proxy that said yes
            return
        try:
            self.world.deliver(callback)
        except (MessageNotBelieved, Refund.DoesNotExist):
            self.world.paytrail.outbox.record(callback, code=400)
        except ProcessKilled:
            self.world.paytrail.outbox.record(callback, code=None, error="dropped")
            raise
        else:
            self.world.paytrail.outbox.record(callback, code=200)

    def _work(self) -> None:
        work_once(self.world.clock)

    def _time_passes(self) -> None:
        self.world.wait(seconds=self.dice.choice((1, 1, 5, 30, 30, 120, 120, 600, 600, 3600, 8 * 3600)))

    def _withdraw(self) -> None:
        withdraw_payment(payment_id=self._some_payment(), now=self.world.now)

    def _some_fee(self) -> SandboxFee:
        """A fee that somebody else changes, but of no patron whose lost order is judged by difference just now.

        Without a marker nobody can tell a desk that takes the very same sum within those minutes from a booking: the
        one coincidence that the product accepts (core/schedule.py, DIFFERENCE_PROVES).
        """
        patron = self.dice.choice(self.patrons)
        if self.world.library.judges_by_difference and lost_order_of(
            patron.card_number, self.world.now - DIFFERENCE_PROVES
        ):
            raise NothingChosen
        return self.dice.choice(patron.fees)

    def _desk(self) -> None:
        self.world.library.pay_at_desk(self._some_fee().fee_id)

    def _grow(self) -> None:
        """By the daily fee, or by as much as some other fee is: the coincidence that fools a comparison of totals."""
        fee = self._some_fee()
        self.world.library.grow(fee.fee_id, self.dice.choice((20, 255, fee.charged_cents)))

    def _weather(self) -> None:
        self.world.library.calm()
        if self.dice.random() < 0.7:
            self.world.library.storm(self.dice)
        outage: dict[str, object] = {}
        if self.dice.random() < 0.4:
            outage = {"kind": self.dice.choice(PROVIDER_OUTAGES), "count": self.dice.randint(1, 3)}
        self.world.paytrail.knobs.turn(
            outage=outage,
            refund=self.dice.choice(REFUNDS),
            refund_callback_has_stamp=self.dice.random() < 0.5,
        )

    def _calm_down(self) -> None:
        """Everything works again, nobody presses anything, and time goes on for a fortnight."""
        self.world.library.calm()
        self.world.paytrail.knobs.turn(outage={}, refund="ok")
        self.failover.calm()
        for hours in (0.1, 0.1, 0.5, 1, 2, 4, 8, 24, 24, 48, 48, 96, 96):
            self.world.wait(hours=hours)
            if hours in (24, 48):
                self._do(self.settlement.morning, SETTLEMENT_POINTS)
            while due := self.world.paytrail.outbox.take_due(limit=50):
                for callback in due:
                    try:
                        self.world.deliver(callback)
                        self.world.paytrail.outbox.record(callback, code=200)
                    except (MessageNotBelieved, Refund.DoesNotExist):
                        self.world.paytrail.outbox.record(callback, code=400)
            self.failover.deliver_due()
            for _ in range(40):
                if self.world.work(500) == 0:
                    break
                self.world.wait(minutes=5)
        self.staff.sort_everything_out()
        for _ in range(6):
            self.world.work(500)
            self.world.wait(hours=2)
        self.world.wait(hours=30)
        self.settlement.morning()
