"""What a decision on more time does: the fee gets its new day, and the hold of the application ends."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from torget.casework.core.procedure import EffectOrder, EffectOutcome, EffectResult, Subject
from torget.payments.fees.holds import end_hold
from torget.payments.fees.payment_time import Extended, extend_time

EXTEND, END_HOLD = "extend", "end_hold"
_OUTCOMES = {
    Extended.BOOKED: EffectOutcome.DONE,
    Extended.NOT_OPEN: EffectOutcome.DONE,
    Extended.LATER: EffectOutcome.LATER,
}


def effects(*, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]) -> Sequence[EffectOrder]:
    orders: list[tuple[str, dict[str, Any]]] = []
    if outcome == "grant" and values.get("pay_by_on"):
        names = ("library_system", "patron_reference", "fee_reference")
        fee = {name: str(subject[name]) for name in names}
        orders.append((EXTEND, {**fee, "card_number": subject.get("card_number", ""), "until": values["pay_by_on"]}))
    orders.append((END_HOLD, {"origin": subject.get("origin", "")}))
    return [
        EffectOrder(key=f"decision:{decision_id}:{number}", kind=kind, payload=payload)
        for number, (kind, payload) in enumerate(orders, start=1)
    ]


def carry_out(order: EffectOrder, *, at: datetime) -> EffectResult:
    if order.kind == END_HOLD:
        end_hold(origin=order.payload["origin"], at=at)
        return EffectResult(outcome=EffectOutcome.DONE)
    payload = {name: value for name, value in order.payload.items() if name != "until"}
    answer = extend_time(key=order.key, until=date.fromisoformat(order.payload["until"]), at=at, **payload)
    detail = "the fee is not open any more" if answer is Extended.NOT_OPEN else ""
    return EffectResult(outcome=_OUTCOMES[answer], detail=detail)
