"""Staff in the seeded week: they refund, propose, agree, take back and sort out, always by what the outside says."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation.failover import Failover
from tests.world import World
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access, load_access
from torget.foundation.people.models import Employee, Role
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.proposals import (
    SamePerson,
    approve_refund,
    expire_proposals,
    reject_refund,
    withdraw_refund,
)
from torget.payments.checkout.refund import EmailRequired, refund_payment
from torget.payments.checkout.resolve import (
    MayNotAct,
    NotAllowedNow,
    SomebodyWasFaster,
    let_stand,
    look_at,
    mark_not_refunded,
    mark_refunded,
    refund_to_mark,
    refundable,
    retry_registration,
)
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.checkout.reversals import note_raised, try_by_itself_again
from torget.payments.core.refunding import FeeAfterwards, RefundCategory, RefundWish
from torget.payments.core.resolving import LinesDiffer, LinesNotRefundable
from torget.sandbox.paytrail.books import books

# What may end a step of theirs without being a fault of ours: they are told so on the page.
REFUSED = (
    EmailRequired,
    LinesDiffer,
    LinesNotRefundable,
    MayNotAct,
    NotAllowedNow,
    SamePerson,
    SomebodyWasFaster,
)
LIMITS = {"porvoo": 300, "sipoo": 0, "raasepori": 100_000}


@dataclass
class StaffAtWork:
    world: World
    dice: random.Random
    failover: Failover
    people: list[Employee] = field(default_factory=list)
    #: What a colleague has on the screen, to press later, when it may be old.
    open_pages: list[tuple[int, datetime]] = field(default_factory=list)

    def hire(self) -> None:
        """Two who may refund in each municipality; the limits differ."""
        for slug, limit in LIMITS.items():
            municipality = Municipality.objects.get(slug=slug)
            Municipality.objects.filter(pk=municipality.pk).update(refund_limit_cents=limit)
            self.people.append(Employee.objects.get(username=f"desk.{slug}"))
            for kind in ("finance", "library_desk"):
                employee = Employee.objects.create(username=f"{kind}.{slug}", email="x@example.fi", full_name=slug)
                Role.objects.create(employee=employee, kind=kind, municipality=municipality)
                self.people.append(employee)

    def act(self) -> None:
        step: Callable[[Access], None] = self.dice.choice(
            [*[self._refund] * 5, *[self._decide] * 3, *[self._sort_out] * 4, self._take_back, self._raise_again]
        )
        step(load_access(employee=self.dice.choice(self.people)))

    def sort_everything_out(self) -> None:
        """At the end of a quiet fortnight: what waits for a person and can be known is settled."""
        expire_proposals(self.world.now)
        for employee in self.people:
            access = load_access(employee=employee)
            for payment in Payment.objects.filter(state__in=["attention", "refund_pending"]):
                if refund_to_mark(payment.pk) is None:
                    continue
                try:
                    self._say_what_became_of(payment, access)
                except REFUSED:
                    continue

    def _some_paid(self) -> Payment | None:
        paid = list(Payment.objects.filter(paid_at__isnull=False).order_by("-id")[:8])
        return self.dice.choice(paid) if paid else None

    def _refund(self, access: Access) -> None:
        payment = self._some_paid()
        if payment is None:
            return
        self.open_pages = [*self.open_pages[-20:], (payment.pk, payment.changed_at)]
        payment_id, seen_at = self.dice.choice(self.open_pages) if self.dice.random() < 0.3 else self.open_pages[-1]
        seen = look_at(payment_id, self.world.now)
        left = refundable(seen, access)
        chosen = {
            position: self.dice.choice((cents, cents, self.dice.randint(1, cents))) for position, cents in left.items()
        }
        booked = {line.position for line in seen.standing.lines if line.is_booked}
        is_there = self._library_has(payment_id)
        if is_there and not booked:
            return  # The library holds the money: whoever looks there does not pay it back as well.
        cents = {place: part for place, part in chosen.items() if (place in booked) == bool(booked)}
        wish = RefundWish(
            cents=cents,
            category=self.dice.choice(list(RefundCategory)),
            reason="simulated",
            fee=self.dice.choice(list(FeeAfterwards)),
            email="patron@example.fi" if self.dice.random() < 0.7 else "",
        )
        refund_payment(payment_id=payment_id, seen_at=seen_at, access=access, wish=wish, at=self.world.now)

    def _decide(self, access: Access) -> None:
        waiting = list(Refund.objects.filter(state="proposed").order_by("id"))
        if waiting:
            refund_id, at = self.dice.choice(waiting).pk, self.world.now
            if self.dice.random() < 0.7:
                approve_refund(refund_id=refund_id, access=access, note="", at=at)
            else:
                reject_refund(refund_id=refund_id, access=access, note="no", at=at)

    def _take_back(self, access: Access) -> None:
        for refund in Refund.objects.filter(state="proposed", requested_by=access.actor):
            withdraw_refund(refund_id=refund.pk, access=access, at=self.world.now)

    def _sort_out(self, access: Access) -> None:
        waiting = list(Payment.objects.filter(state__in=["attention", "refund_pending"]).order_by("id"))
        if waiting:
            self._say_what_became_of(self.dice.choice(waiting), access)

    def _say_what_became_of(self, payment: Payment, access: Access) -> None:
        """By the provider's own books, as somebody who looks into its service does."""
        seen = {"payment_id": payment.pk, "seen_at": payment.changed_at, "access": access, "at": self.world.now}
        refund = refund_to_mark(payment.pk)
        if refund is None:
            step = self.dice.choice([let_stand, retry_registration])
            step(note="looked", **seen)  # type: ignore[arg-type] # the same words for both
            return
        status = self._at_provider(refund)
        if status == "ok":
            mark_refunded(note="seen there", **seen)  # type: ignore[arg-type] # as above
        elif status in ("", "fail"):
            mark_not_refunded(note="not there", **seen)  # type: ignore[arg-type] # as above

    def _raise_again(self, access: Access) -> None:
        for item in Reversal.objects.filter(state="desk").order_by("id")[:1]:
            if self.dice.random() < 0.5:
                try_by_itself_again(reversal_id=item.pk, access=access, at=self.world.now)
            else:
                note_raised(reversal_id=item.pk, access=access, note="raised by hand", at=self.world.now)

    def _at_provider(self, refund: Refund) -> str:
        payments = (*books(self.world.paytrail.state)["payments"], *self.failover.books())
        rows = [row for payment in payments for row in payment["refunds"]]
        return next((str(row["status"]) for row in rows if row["stamp"] == str(refund.stamp)), "")

    def _library_has(self, payment_id: int) -> bool:
        token = str(Payment.objects.values_list("token", flat=True).get(id=payment_id))
        return any(booking.marker == token for booking in self.world.library.bookings())
