"""What a decision on more time does: the fee gets its new day, and the hold of the application ends."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from torget.casework.core.procedure import EffectOrder, EffectOutcome, EffectResult, Subject
from torget.payments.fees.payment_time import Extended, extend_time
from torget.procedures.folder import numbered
from torget.procedures.library_fees import END_HOLD, end_the_hold, fee_of, hold_to_end

EXTEND = "extend"
_OUTCOMES = {
    Extended.BOOKED: EffectOutcome.DONE,
    Extended.NOT_OPEN: EffectOutcome.DONE,
    Extended.LATER: EffectOutcome.LATER,
}


def effects(*, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]) -> Sequence[EffectOrder]:
    orders: list[tuple[str, Mapping[str, Any]]] = []
    if outcome == "grant" and values.get("pay_by_on"):
        more = {"card_number": subject.get("card_number", ""), "until": values["pay_by_on"]}
        orders.append((EXTEND, {**fee_of(subject), **more}))
    return numbered(decision_id, [*orders, hold_to_end(subject)])


def carry_out(order: EffectOrder, *, at: datetime) -> EffectResult:
    if order.kind == END_HOLD:
        return end_the_hold(order.payload, at)
    payload = {name: value for name, value in order.payload.items() if name != "until"}
    answer = extend_time(key=order.key, until=date.fromisoformat(order.payload["until"]), at=at, **payload)
    detail = "the fee is not open any more" if answer is Extended.NOT_OPEN else ""
    return EffectResult(outcome=_OUTCOMES[answer], detail=detail)
