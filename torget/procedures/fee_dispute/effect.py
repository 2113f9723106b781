"""What a decision on a disputed fee does: forgives it, pays it back, ends the hold, and tells the person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from torget.casework.core.procedure import EffectOrder, EffectOutcome, EffectResult, Subject
from torget.foundation.core.money import Money
from torget.payments.checkout.refund_by_decision import paid_line, refund_by_decision
from torget.payments.checkout.waive import Waived, WaiverOrder, waive_fee
from torget.procedures.folder import numbered
from torget.procedures.library_fees import END_HOLD, end_the_hold, fee_of, hold_to_end

WAIVE = "waive"
_OUTCOMES = {
    Waived.BOOKED: EffectOutcome.DONE,
    Waived.REFUSED: EffectOutcome.REFUSED,
    Waived.DESK: EffectOutcome.HUMAN,
    Waived.LATER: EffectOutcome.LATER,
}


def effects(*, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]) -> Sequence[EffectOrder]:
    cents = int(values.get("amount_cents") or 0)
    orders: list[tuple[str, Mapping[str, Any]]] = []
    if outcome in ("waive", "correct") and cents > 0:
        orders.append(
            (WAIVE, {**fee_of(subject), "card_number": subject.get("card_number", ""), "cents": cents}),
        )
    return numbered(decision_id, [*orders, hold_to_end(subject)])


def carry_out(order: EffectOrder, *, at: datetime) -> EffectResult:
    if order.kind == END_HOLD:
        return end_the_hold(order.payload, at)
    answer = waive_fee(
        WaiverOrder(
            key=order.key,
            library_system=order.payload["library_system"],
            patron_reference=order.payload["patron_reference"],
            card_number=order.payload["card_number"],
            fee_reference=order.payload["fee_reference"],
            amount=Money(order.payload["cents"]),
        ),
        at=at,
    )
    if answer.result is Waived.NOT_OPEN:
        return _paid_meanwhile(order, at)
    return EffectResult(outcome=_OUTCOMES[answer.result], detail=answer.detail)


def _paid_meanwhile(order: EffectOrder, at: datetime) -> EffectResult:
    """The person paid before the decision: here, and then the money goes back; or at the desk, which pays it back."""
    paid = paid_line(**fee_of(order.payload))
    if paid is None:
        return EffectResult(outcome=EffectOutcome.HUMAN, detail="the fee was settled at the desk meanwhile")
    decided = refund_by_decision(
        key=order.key,
        payment_id=paid.payment_id,
        position=paid.position,
        cents=order.payload["cents"],
        reason="decided: the fee was wrong",
        at=at,
    )
    outcome = EffectOutcome.DONE if decided else EffectOutcome.LATER
    return EffectResult(outcome=outcome, detail="refund decided" if decided else "the payment is busy")
