"""Carry out the effects of signed decisions, one by one, from the rows that were committed with the signature."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.core.procedure import EffectOutcome, EffectResult, find_procedure
from torget.casework.decisions.close import close_when_done
from torget.casework.decisions.models import Effect
from torget.casework.decisions.sign import effect_order

logger = logging.getLogger("torget.casework")

LEASE = timedelta(minutes=2)
WAIT_MAX = timedelta(hours=6)
TRIES_MAX = 20
"""About three days; after that a person must do it."""


def wait_after(tries: int) -> timedelta:
    return min(timedelta(seconds=15 * 2**tries), WAIT_MAX)


def _take(now: datetime) -> Effect | None:
    with transaction.atomic():
        due = Effect.objects.select_for_update(skip_locked=True).filter(state=Effect.State.DUE, next_at__lte=now)
        effect = due.order_by("next_at", "pk").first()
        if effect is not None:
            effect.next_at, effect.tries = now + LEASE, effect.tries + 1
            effect.save(update_fields=["next_at", "tries"])
    return effect


def carry_out_next(now: datetime) -> int | None:
    """Do one effect that is due; its id, or None when nothing is. What fails unexpectedly comes up again."""
    effect = _take(now)
    if effect is None:
        return None
    procedure = find_procedure(effect.decision.case.procedure)
    try:
        result = procedure.carry_out(effect_order(effect), at=now)
    except Exception:
        logger.exception("effect failed", extra={"effect": effect.pk})
        result = EffectResult(outcome=EffectOutcome.LATER, detail="unexpected error")
    _note(effect, result, now)
    return effect.pk


def _note(effect: Effect, result: EffectResult, now: datetime) -> None:
    if result.outcome is EffectOutcome.LATER and effect.tries < TRIES_MAX:
        Effect.objects.filter(pk=effect.pk, state=Effect.State.DUE).update(
            next_at=now + wait_after(effect.tries), detail=result.detail[:300]
        )
        return
    states = {EffectOutcome.DONE: Effect.State.DONE, EffectOutcome.REFUSED: Effect.State.REFUSED}
    state = states.get(result.outcome, Effect.State.HUMAN)
    with transaction.atomic():
        Case.objects.select_for_update().only("pk").get(pk=effect.decision.case_id)
        changed = Effect.objects.filter(pk=effect.pk, state=Effect.State.DUE).update(
            state=state, next_at=None, detail=result.detail[:300], finished_at=now
        )
        if not changed:
            return
        case = effect.decision.case
        log_action(case, kind=f"effect_{state}", actor="worker", at=now, detail={"effect": effect.kind})
        close_when_done(case, now)
