"""Let a procedure decide by itself (906/2019, 28 d §), in one municipality by one version of the rules; and stop it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.models import Commissioning, DecisionMaker, OfficeHolder, RuleModel
from torget.casework.decisions.withdraw import ReasonRequired
from torget.foundation.audit.record import record
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import LocalisedText
from torget.foundation.people.models import Employee


class MayNotCommission(Exception):
    """Why, as a word that the page explains: 'no_office', 'not_automatic', 'another_model', 'in_force'."""


def offices_that_commission(*, procedure: str, employee: Employee, at: datetime) -> list[DecisionMaker]:
    """The offices with power over such matters that this person holds on that day."""
    today = at.astimezone(HELSINKI).date()
    held = OfficeHolder.objects.filter(employee=employee, since__lte=today).exclude(until__lt=today)
    makers = DecisionMaker.objects.filter(holders__in=held, powers__procedure=procedure).select_related("municipality")
    return list(makers.distinct().order_by("pk"))


def commission(
    *,
    decision_maker_id: int,
    procedure: str,
    model_sha256: str,
    reasons: LocalisedText,
    documents: Sequence[str],
    go_live_on: date,
    contact: str,
    employee: Employee,
    at: datetime,
) -> Commissioning:
    """All five items are required. Raise MayNotCommission or ReasonRequired.

    `model_sha256` is the version that the person has read: when another is in use by now, nothing is commissioned.
    """
    if not all(reasons.get(language, "").strip() for language in ("sv", "fi")) or not documents or not contact.strip():
        raise ReasonRequired
    with transaction.atomic():
        if not find_procedure(procedure).may_be_automatic:
            raise MayNotCommission("not_automatic")
        offices = offices_that_commission(procedure=procedure, employee=employee, at=at)
        maker = next((one for one in offices if one.pk == decision_maker_id), None)
        if maker is None:
            raise MayNotCommission("no_office")
        model = RuleModel.objects.select_for_update().get(procedure=procedure, withdrawn_at=None)
        if model.sha256 != model_sha256:
            raise MayNotCommission("another_model")
        in_force = Commissioning.objects.filter(municipality=maker.municipality, procedure=procedure, stopped_at=None)
        if in_force.exists():
            raise MayNotCommission("in_force")
        made = Commissioning.objects.create(
            municipality=maker.municipality,
            procedure=procedure,
            rule_model=model,
            reasons=dict(reasons),
            documents=list(documents),
            go_live_on=go_live_on,
            decided_at=at,
            decision_maker=maker,
            contact=contact,
        )
        record(
            at=at,
            actor=f"staff:{employee.pk}",
            action="commission procedure",
            subject=f"procedure:{procedure}",
            municipality_id=maker.municipality_id,
            detail={"model": model.sha256, "commissioning": made.pk},
        )
    return made


def stop(*, commissioning_id: int, reason: str, employee: Employee, at: datetime) -> bool:
    """The stop switch: from this moment a person decides. False when it was stopped before. Raise ReasonRequired."""
    if not reason.strip():
        raise ReasonRequired
    with transaction.atomic():
        stopped = Commissioning.objects.filter(pk=commissioning_id, stopped_at=None).update(
            stopped_at=at, stopped_by=employee, stop_reason=reason.strip()[:500]
        )
        if stopped:
            owner = Commissioning.objects.get(pk=commissioning_id)
            record(
                at=at,
                actor=f"staff:{employee.pk}",
                action="stop procedure",
                subject=f"procedure:{owner.procedure}",
                municipality_id=owner.municipality_id,
                why=reason.strip()[:500],
            )
    return bool(stopped)
