"""Begin a draft, and keep what is typed at each step; every change is in the audit log, without any secret."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Cooperation
from torget.foundation.people.access import Access
from torget.onboarding.examine import opened_credentials
from torget.onboarding.models import Draft
from torget.onboarding.steps import Step
from torget.payments.checkout.credentials import encrypt_credentials


class NotYours(Exception):
    """Only operators, and coordinators of the cooperation, set up its municipalities."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the draft since the page was opened; nothing was saved."""


def cooperations_for(access: Access) -> QuerySet[Cooperation]:
    """Those whose municipalities this employee sets up."""
    found = Cooperation.objects.filter(service=Cooperation.Service.LIBRARY_PAYMENTS).order_by("id")
    return found if access.sees_all else found.filter(coordinator__in=access.coordinates)


def drafts_for(access: Access) -> QuerySet[Draft]:
    return Draft.objects.filter(cooperation__in=cooperations_for(access)).select_related("cooperation").order_by("-pk")


def begin_draft(*, cooperation: Cooperation, access: Access, at: datetime) -> Draft:
    """Raise NotYours."""
    if not cooperations_for(access).filter(pk=cooperation.pk).exists():
        raise NotYours
    with transaction.atomic():
        draft = Draft.objects.create(cooperation=cooperation, created_at=at, changed_at=at)
        note(draft, action="begin municipality", actor=access.actor, at=at)
    return draft


def answer_step(
    *,
    draft: Draft,
    step: Step,
    given: Mapping[str, Any],
    access: Access,
    at: datetime,
    credentials: Mapping[str, str] | None = None,
) -> None:
    """Keep the answer, right or wrong; `examine` tells which. Raise NotYours or ChangedMeanwhile.

    `credentials`: those that were typed; what was left empty stays as it is, unless the account is another one.
    """
    changes: dict[str, Any] = {"answers": {**draft.answers, step: dict(given)}}
    if credentials is not None:
        was = draft.answers.get(Step.ACCOUNT, {})
        is_same = all(was.get(key) == given.get(key) for key in ("provider", "account"))
        kept = opened_credentials(draft) if is_same else {}
        typed = {name: value for name, value in credentials.items() if value}
        if kept != {**kept, **typed} or not is_same:
            changes["credentials"] = encrypt_credentials({**kept, **typed})
    change_draft(draft=draft, access=access, at=at, action=f"answer {step}", **changes)


def change_draft(*, draft: Draft, access: Access, at: datetime, action: str, **changes: Any) -> None:
    """The one way a draft changes: guarded by its version, with a row in the audit log."""
    if not cooperations_for(access).filter(pk=draft.cooperation_id).exists():
        raise NotYours
    with transaction.atomic():
        changed = Draft.objects.filter(pk=draft.pk, version=draft.version).update(
            version=draft.version + 1, changed_at=at, **changes
        )
        if changed != 1:
            raise ChangedMeanwhile
        draft.refresh_from_db()
        note(draft, action=action, actor=access.actor, at=at)


def remove_draft(*, draft: Draft, access: Access, at: datetime) -> None:
    """One that was never live. Raise NotYours or ChangedMeanwhile."""
    if not cooperations_for(access).filter(pk=draft.cooperation_id).exists():
        raise NotYours
    with transaction.atomic():
        note(draft, action="remove draft", actor=access.actor, at=at)
        removed, _ = Draft.objects.filter(pk=draft.pk, version=draft.version, state=Draft.State.DRAFT).delete()
        if not removed:
            raise ChangedMeanwhile


def note(draft: Draft, *, action: str, actor: str, at: datetime, **detail: Any) -> None:
    record(
        at=at,
        actor=actor,
        action=action,
        subject=f"onboarding:{draft.pk}",
        municipality_id=draft.municipality_id,
        detail={"slug": draft.answers.get(Step.DETAILS, {}).get("slug", ""), **detail},
    )
