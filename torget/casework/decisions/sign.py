"""Sign a decision: check that it may and can be signed, give it its §, make and seal the document, commit it all.

The § row is locked from the moment the number is taken until the commit, so the numbers of a decision maker's year have
no gaps however many sign at once. Effects are committed with the signature and carried out by the worker.
"""

import hashlib
from datetime import date, datetime
from typing import cast

from django.db import connection, transaction
from django.db.models import QuerySet

from torget.casework.cases.models import Case
from torget.casework.cases.register import add_document, log_action, party_tokens
from torget.casework.cases.wake import wake_worker
from torget.casework.core.acts import ActKind, Remedy
from torget.casework.core.completeness import DecisionContent, Lack, lacks
from torget.casework.core.deadlines import NoticeChannel, last_day_to_appeal
from torget.casework.core.facts import AMOUNT, Route
from torget.casework.core.procedure import EffectOrder, find_procedure
from torget.casework.decisions.close import close_when_done
from torget.casework.decisions.document import Numbered, content_pdf, decision_content
from torget.casework.decisions.drafts import lock_draft
from torget.casework.decisions.models import Commissioning, Decision, Effect, OfficeHolder
from torget.casework.decisions.notice import queue_notice
from torget.casework.decisions.prepare import blocks_from_json
from torget.casework.decisions.seal import seal_pdf
from torget.casework.decisions.words import AUTOMATIC_NOTICE
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.people.models import Employee


class MayNotSign(Exception):
    """Why, as a word that the page explains, such as 'no_office' or 'old_rules'."""


class Incomplete(Exception):
    """What the decision lacks."""

    def __init__(self, missing: tuple[Lack, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def what_is_missing(decision: Decision) -> tuple[Lack, ...]:
    maker = decision.decision_maker
    return lacks(
        DecisionContent(
            act_kind=ActKind(decision.act_kind),
            remedy=Remedy(decision.remedy),
            is_automatic=decision.is_automatic,
            outcome=decision.outcome,
            authority=maker.titles.get("fi", ""),
            party_count=decision.case.parties.count(),
            contact=f"{maker.contact_email}{maker.contact_phone}",
            blocks=blocks_from_json(decision.blocks),
        )
    )


def holds_office(decision: Decision, employee: Employee, day: date) -> bool:
    holders = OfficeHolder.objects.filter(decision_maker=decision.decision_maker, employee=employee, since__lte=day)
    return any(holder.until is None or day <= holder.until for holder in holders)


def why_not(decision: Decision, employee: Employee, at: datetime) -> str | None:
    """Why this person may not sign it, as MayNotSign says it, or None."""
    if not holds_office(decision, employee, at.astimezone(HELSINKI).date()):
        return "no_office"
    power = decision.decision_maker.powers.filter(procedure=decision.case.procedure).first()
    if power is None:
        return "no_power"
    amount = decision.values.get(AMOUNT)
    if power.limit_cents is not None and amount is not None and int(amount) > power.limit_cents:
        return "above_limit"
    if is_party(decision.case, employee):
        return "is_party"
    if decision.case.unread_since is not None:
        return "unread"
    return "old_rules" if has_old_rules(decision) else None


def has_old_rules(decision: Decision) -> bool:
    """Whether it rests on rules that are no longer in force; a correction changes nothing that was decided by them."""
    if decision.evaluation is None or decision.has_own_reasons or decision.corrects_id is not None:
        return False
    return decision.evaluation.rule_model.withdrawn_at is not None


def with_old_rules(drafts: QuerySet[Decision]) -> QuerySet[Decision]:
    """Of many, as has_old_rules says it of one."""
    return drafts.filter(has_own_reasons=False, corrects=None, evaluation__rule_model__withdrawn_at__isnull=False)


def is_party(case: Case, employee: Employee) -> bool:
    """434/2003, 27-28 §: known by name or e-mail; what cannot be seen from these the person must say themselves."""
    tokens = {value.casefold().strip() for value in party_tokens(case).values() if value}
    return bool(tokens & {employee.full_name.casefold().strip(), employee.email.casefold().strip()} - {""})


def sign_decision(
    *, decision_id: int, version: int, employee: Employee, channel: NoticeChannel, at: datetime
) -> Decision:
    """Raise MayNotSign, Incomplete, ChangedMeanwhile or NoSeal; then nothing has changed and no number is used."""
    with transaction.atomic():
        decision = lock_draft(decision_id, version)
        _hold_rules(decision)
        refusal = why_not(decision, employee, at)
        if refusal is not None:
            raise MayNotSign(refusal)
        decision.signed_by = employee
        return _finish(decision, signer=employee.full_name, actor=f"staff:{employee.pk}", channel=channel, at=at)


def sign_automatically(*, decision_id: int, channel: NoticeChannel, at: datetime) -> Decision:
    """Only under a commissioning in force for exactly the model that proposed it, as a trigger holds too.

    A model that was withdrawn since the proposal decides nothing by itself any more.
    """
    with transaction.atomic():
        decision = lock_draft(decision_id, None)
        evaluation = decision.evaluation
        if evaluation is None or evaluation.route != Route.AUTOMATIC:
            raise MayNotSign("not_commissioned")
        if decision.case.unread_since is not None:
            raise MayNotSign("unread")
        _hold_rules(decision)
        commissioning = (
            Commissioning.objects.select_for_update()
            .filter(
                municipality=decision.case.municipality,
                procedure=decision.case.procedure,
                rule_model=evaluation.rule_model,
                rule_model__withdrawn_at=None,
                stopped_at=None,
                go_live_on__lte=at.astimezone(HELSINKI).date(),
            )
            .first()
        )
        if commissioning is None:
            raise MayNotSign("not_commissioned")
        decision.is_automatic, decision.commissioning = True, commissioning
        decision.blocks = [*decision.blocks, {"kind": "automatic", "texts": dict(AUTOMATIC_NOTICE)}]
        return _finish(decision, signer="", actor="automatic", channel=channel, at=at)


def _finish(decision: Decision, *, signer: str, actor: str, channel: NoticeChannel, at: datetime) -> Decision:
    missing = what_is_missing(decision)
    if missing:
        raise Incomplete(missing)
    case, today = decision.case, at.astimezone(HELSINKI).date()
    numbered = Numbered(
        section=_next_section(decision.decision_maker_id, today.year), year=today.year, at=at, signer=signer
    )
    tokens = party_tokens(case)
    decision.content = decision_content(decision, numbered)
    pdf = content_pdf(decision.content, tokens, at=at)
    sealed = seal_pdf(pdf, reason=f"{numbered.section} § {today.year}")
    document = add_document(
        case,
        kind="decision",
        title=f"{numbered.section} § {today.year}",
        content=sealed,
        media_type="application/pdf",
        actor=actor,
        at=at,
        language=case.language,
    )
    decision.state = Decision.State.SIGNED
    decision.year, decision.section, decision.signed_at = numbered.year, numbered.section, at
    decision.document, decision.unsealed_sha256 = document, hashlib.sha256(pdf).hexdigest()
    decision.notice_channel, decision.notice_sent_on = channel, today
    decision.last_day_to_appeal = last_day_to_appeal(today, channel, Remedy(decision.remedy))
    decision.version += 1
    decision.save()
    detail = {"section": numbered.section, "year": numbered.year, "document": document.number}
    if decision.corrects_id is None:
        _save_effects(decision, at)
        case.state = Case.State.DECIDED
        case.save(update_fields=["state"])
        log_action(case, kind="decided", actor=actor, at=at, detail={**detail, "outcome": decision.outcome})
        close_when_done(case, at)
    else:
        # A clerical error was put right: what was decided stays, and so does all that followed from it.
        log_action(case, kind="corrected", actor=actor, at=at, detail={**detail, "corrects": decision.corrects_id})
    queue_notice(decision, tokens, at)
    wake_worker()
    return decision


def _hold_rules(decision: Decision) -> None:
    """Whoever replaces the rules meanwhile waits for this signature; many sign at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM decisions_evaluation e JOIN decisions_rulemodel m ON m.id = e.rule_model_id "
            "WHERE e.id = %s FOR SHARE OF m",
            [decision.evaluation_id],
        )


def _next_section(decision_maker_id: int, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO decisions_sectioncounter (decision_maker_id, year, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (decision_maker_id, year) DO UPDATE SET last = decisions_sectioncounter.last + 1 "
            "RETURNING last",
            [decision_maker_id, year],
        )
        return cast("int", cursor.fetchone()[0])


def _save_effects(decision: Decision, at: datetime) -> None:
    orders = find_procedure(decision.case.procedure).effects(
        decision_id=decision.pk,
        subject=decision.case.subject,
        outcome=decision.outcome,
        values=decision.values,
    )
    Effect.objects.bulk_create(
        Effect(
            decision=decision,
            number=number,
            kind=order.kind,
            payload=dict(order.payload),
            state=Effect.State.DUE,
            next_at=at,
        )
        for number, order in enumerate(orders, start=1)
    )


def effect_order(effect: Effect) -> EffectOrder:
    key = f"decision:{effect.decision_id}:{effect.number}"
    return EffectOrder(key=key, kind=effect.kind, payload=effect.payload)


def rebuild_pdf(decision: Decision) -> bytes:
    """The document before its seal, made again from what is stored; its hash must be the one kept at signing."""
    if decision.content is None or decision.signed_at is None:
        raise ValueError("a draft has no document")
    return content_pdf(decision.content, party_tokens(decision.case), at=decision.signed_at)
