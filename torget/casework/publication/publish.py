"""Publish a decision (410/2015, 140 §): the stored content with persons as tokens, of which few or none are shown.

The page is made from the content each time it is read, so taking names away needs no new text: `Publication` says which
tokens may be looked up, and until when.
"""

from datetime import date, datetime

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action, party_tokens
from torget.casework.core.acts import Publicity
from torget.casework.decisions.models import Decision
from torget.casework.publication.models import Publication
from torget.foundation.audit.record import record
from torget.foundation.core.business_days import HELSINKI

NAME = ".name"


class MayNotPublish(Exception):
    """Why, as a word that the page explains: 'draft', 'secret', 'published', 'one_language'."""


def why_not_publish(decision: Decision) -> str | None:
    if decision.state != Decision.State.SIGNED or decision.content is None or decision.signed_at is None:
        return "draft"
    if decision.case.publicity in (Publicity.SECRET, Publicity.NOT_PUBLIC):
        return "secret"
    if not {"sv", "fi"} <= {part["language"] for part in decision.content["parts"]}:
        return "one_language"
    return "published" if Publication.objects.filter(decision=decision).exists() else None


def publish_decision(*, decision_id: int, shows_names: bool, actor: str, at: datetime) -> Publication:
    """Raise MayNotPublish. Names are shown only where information needs them, and until the review period ends."""
    with transaction.atomic():
        decision = Decision.objects.select_related("case").get(pk=decision_id)
        Case.objects.select_for_update().only("pk").get(pk=decision.case_id)
        refusal = why_not_publish(decision)
        if refusal is not None:
            raise MayNotPublish(refusal)
        names = sorted(token for token in party_tokens(decision.case) if token.endswith(NAME))
        publication = Publication.objects.create(
            decision=decision,
            published_at=at,
            published_by=actor,
            shown_tokens=names if shows_names else [],
            personal_until=decision.last_day_to_appeal or at.astimezone(HELSINKI).date(),
        )
        detail = {"decision": decision.pk, "shown": publication.shown_tokens}
        log_action(decision.case, kind="published", actor=actor, at=at, detail=detail)
        record(
            at=at,
            actor=actor,
            action="publish decision",
            subject=f"decision:{decision.pk}",
            municipality_id=decision.case.municipality_id,
            detail={"shown": publication.shown_tokens},
        )
    return publication


def shown_on(publication: Publication, day: date) -> frozenset[str]:
    """Which persons the page may show on a day: none after the last one, whether the job has run or not."""
    if publication.expired_at is not None or day > publication.personal_until:
        return frozenset()
    return frozenset(publication.shown_tokens)
