"""What a person says of an effect that the machine could not bring about."""

from datetime import datetime

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.cases.wake import wake_worker
from torget.casework.decisions.close import close_when_done
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.models import Effect
from torget.casework.decisions.withdraw import ReasonRequired

FOR_A_PERSON = (Effect.State.REFUSED, Effect.State.HUMAN)


def _lock(effect_id: int) -> Effect:
    found = Effect.objects.filter(pk=effect_id).values_list("decision__case_id", flat=True).first()
    if found is None:
        raise ChangedMeanwhile
    Case.objects.select_for_update().only("pk").get(pk=found)
    effect = Effect.objects.select_for_update(of=("self",)).get(pk=effect_id)
    if effect.state not in FOR_A_PERSON:
        raise ChangedMeanwhile
    return effect


def mark_done(*, effect_id: int, note: str, actor: str, at: datetime) -> Effect:
    """Somebody did it by hand, and says what. Raise ReasonRequired or ChangedMeanwhile."""
    if not note.strip():
        raise ReasonRequired
    with transaction.atomic():
        effect = _lock(effect_id)
        effect.state, effect.detail, effect.finished_at = Effect.State.DONE, note.strip()[:300], at
        effect.save(update_fields=["state", "detail", "finished_at"])
        case = effect.decision.case
        detail = {"effect": effect.kind, "number": effect.number, "note": note.strip()[:300]}
        log_action(case, kind="effect_done_by_hand", actor=actor, at=at, detail=detail)
        close_when_done(case, at)
    return effect


def try_again(*, effect_id: int, actor: str, at: datetime) -> Effect:
    """Let the worker do it once more, under the same key: what an earlier try did is found out first."""
    with transaction.atomic():
        effect = _lock(effect_id)
        effect.state, effect.next_at, effect.tries, effect.finished_at = Effect.State.DUE, at, 0, None
        effect.save(update_fields=["state", "next_at", "tries", "finished_at"])
        detail = {"effect": effect.kind, "number": effect.number}
        log_action(effect.decision.case, kind="effect_tried_again", actor=actor, at=at, detail=detail)
        wake_worker()
    return effect
