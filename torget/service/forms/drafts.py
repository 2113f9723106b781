"""Answers on their way: begun, kept step by step, found again by link on any device, and forgotten in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from torget.foundation.core.languages import LocalisedText
from torget.foundation.core.opaque import opaque_token
from torget.service.core.forms import AnswerFault, Form, Kind, Step, check_step, tidy
from torget.service.core.service_types import ServiceType, Subject
from torget.service.forms.models import Draft
from torget.service.forms.publish import form_of, publish_form

KEPT_FOR = timedelta(days=30)
"""After the last change; the page says so."""


class DraftGone(Exception):
    """There is no such draft any more: it has expired, or its link never was one."""


class AlreadySent(Exception):
    """The draft is an errand now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefilled:
    """What the form knew before anybody wrote, and from where."""

    labels: LocalisedText
    values: LocalisedText
    sources: LocalisedText

    def as_row(self) -> dict[str, dict[str, str]]:
        return {"labels": dict(self.labels), "values": dict(self.values), "sources": dict(self.sources)}


def start_draft(
    *,
    service_type: ServiceType,
    municipality_id: int,
    patron_id: int | None,
    language: str,
    subject: Subject,
    prefilled: Sequence[Prefilled],
    at: datetime,
) -> Draft:
    """An unsent draft of the same person about the same thing is found again instead of beginning anew."""
    if patron_id is not None:
        mine = Draft.objects.filter(
            patron_id=patron_id,
            form__service_type=service_type.slug,
            subject=dict(subject),
            sent_at=None,
            expires_at__gt=at,
        )
        if found := mine.order_by("-changed_at").first():
            return found
    return Draft.objects.create(
        token=opaque_token(),
        form=publish_form(service_type=service_type, at=at),
        municipality_id=municipality_id,
        patron_id=patron_id,
        language=language,
        subject=dict(subject),
        prefilled=[one.as_row() for one in prefilled],
        created_at=at,
        changed_at=at,
        expires_at=at + KEPT_FOR,
    )


def find_draft(*, token: str, at: datetime) -> Draft:
    """Raise DraftGone. A sent one is found too: its `sent_at` says so."""
    found = Draft.objects.select_related("form", "municipality").filter(token=token).first()
    if found is None or (found.sent_at is None and found.expires_at <= at):
        raise DraftGone
    return found


def save_answers(
    *, draft_id: int, step: Step, answers: Mapping[str, str], language: str, at: datetime
) -> dict[str, AnswerFault]:
    """Keep what was written in one step, whether or not it is complete; what is wrong with it.

    The row is locked, so that two devices that fill in different steps keep what each wrote. Raise AlreadySent.
    """
    written = {field.id: tidy(answers.get(field.id, "")) for field in step.fields if field.kind is not Kind.FILE}
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(pk=draft_id)
        if draft.sent_at is not None:
            raise AlreadySent
        # A text that is far too long is not kept: the row would grow without bound.
        kept = {field.id: written[field.id][: field.length_max * 2] for field in step.fields if field.id in written}
        draft.answers = {**draft.answers, **kept}
        draft.language = language
        draft.changed_at = at
        draft.expires_at = at + KEPT_FOR
        draft.save(update_fields=["answers", "language", "changed_at", "expires_at"])
    return check_step(step, written)


def forget_drafts(*, at: datetime) -> int:
    """Remove what was never sent and has expired, with its attachments; how many drafts that were."""
    gone: list[Any] = list(Draft.objects.filter(sent_at=None, expires_at__lte=at).values_list("pk", flat=True)[:500])
    Draft.objects.filter(pk__in=gone, sent_at=None).delete()
    return len(gone)


def form_of_draft(draft: Draft) -> Form:
    """The version it was begun with, though a newer one may be published by now."""
    return form_of(draft.form)
