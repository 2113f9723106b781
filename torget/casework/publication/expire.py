"""Take personal data off the web when the review period is over, and keep the proof that it is gone."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action, party_tokens
from torget.casework.decisions.document import filled
from torget.casework.publication.models import Publication
from torget.casework.publication.publish import shown_on
from torget.foundation.audit.record import record
from torget.foundation.core.business_days import HELSINKI

ACTOR = "worker"


def public_content(publication: Publication, *, shown: frozenset[str]) -> dict[str, Any]:
    """What everybody reads: the stored content with these persons looked up and all others hidden."""
    decision = publication.decision
    return filled(decision.content or {"parts": []}, party_tokens(decision.case), shown=shown)


def _fingerprint(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _left_over(publication: Publication, content: dict[str, Any]) -> list[str]:
    """Which tokens' values still stand in what everybody reads, found by looking for them."""
    text = json.dumps(content, ensure_ascii=False).casefold()
    return sorted(
        token
        for token, value in party_tokens(publication.decision.case).items()
        if len(value.strip()) > 2 and value.casefold() in text
    )


def expire_next(now: datetime) -> int | None:
    """Expire one publication that is due; its decision's id, or None when none is due."""
    today = now.astimezone(HELSINKI).date()
    with transaction.atomic():
        due = Publication.objects.select_for_update(skip_locked=True).filter(expired_at=None, personal_until__lt=today)
        publication = due.order_by("personal_until", "pk").first()
        if publication is None:
            return None
        case = Case.objects.select_for_update().get(pk=publication.decision.case_id)
        before = public_content(publication, shown=frozenset(publication.shown_tokens))
        removed, publication.shown_tokens, publication.expired_at = publication.shown_tokens, [], now
        after = public_content(publication, shown=shown_on(publication, today))
        publication.proof = {
            "removed": removed,
            "before": _fingerprint(before),
            "after": _fingerprint(after),
            "left_over": _left_over(publication, after),
        }
        publication.save(update_fields=["shown_tokens", "expired_at", "proof"])
        log_action(case, kind="personal_data_expired", actor=ACTOR, at=now, detail=publication.proof)
        record(
            at=now,
            actor=ACTOR,
            action="expire personal data",
            subject=f"decision:{publication.decision_id}",
            municipality_id=case.municipality_id,
            detail=publication.proof,
        )
    return publication.decision_id
