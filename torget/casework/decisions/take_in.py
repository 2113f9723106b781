"""A new case without a person: facts are collected, the rules propose, and where it is allowed, decide."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from torget.casework.cases.models import Case
from torget.casework.cases.register import party_tokens
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.facts import Route
from torget.casework.core.procedure import find_procedure
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.models import Decision
from torget.casework.decisions.prepare import prepare_case
from torget.casework.decisions.sign import Incomplete, MayNotSign, sign_automatically

logger = logging.getLogger("torget.casework")

LEASE = timedelta(minutes=2)
WAIT_MAX = timedelta(hours=1)
TRIES_MAX = 30
"""About a day; after that a preparer starts it by hand."""


def _take(now: datetime) -> Case | None:
    with transaction.atomic():
        due = Case.objects.select_for_update(skip_locked=True).filter(prepare_at__lte=now)
        case = due.order_by("prepare_at", "pk").first()
        if case is not None:
            case.prepare_at, case.prepare_tries = now + LEASE, case.prepare_tries + 1
            case.save(update_fields=["prepare_at", "prepare_tries"])
    return case


def take_in_next(now: datetime) -> int | None:
    """Prepare one case that waits for it; its id, or None when none does. What fails comes up again."""
    case = _take(now)
    if case is None:
        return None
    try:
        if case.state == Case.State.OPEN:
            decide_if_allowed(prepare_case(case=case, actor="worker", at=now), at=now)
    except Exception as error:  # noqa: BLE001 - one bad case must not hold up the others
        logger.warning("case not prepared", extra={"case": case.pk, "error": type(error).__name__})
        again = now + min(timedelta(seconds=15 * 2**case.prepare_tries), WAIT_MAX)
        Case.objects.filter(pk=case.pk).update(prepare_at=again if case.prepare_tries < TRIES_MAX else None)
        return case.pk
    Case.objects.filter(pk=case.pk).update(prepare_at=None)
    return case.pk


def decide_if_allowed(decision: Decision, *, at: datetime) -> Decision | None:
    """The automatic decision, or None when a person decides: no commissioning in force, or something is missing."""
    evaluation, procedure = decision.evaluation, find_procedure(decision.case.procedure)
    if evaluation is None or evaluation.route != Route.AUTOMATIC or not procedure.may_be_automatic:
        return None
    if not party_tokens(decision.case).get("party.1.email"):
        # Whom no electronic notice reaches a person must tell, and so a person signs.
        logger.info("a person decides", extra={"decision": decision.pk, "why": "no address"})
        return None
    try:
        return sign_automatically(decision_id=decision.pk, channel=NoticeChannel.ELECTRONIC, at=at)
    except (MayNotSign, Incomplete, ChangedMeanwhile) as why:
        logger.info("a person decides", extra={"decision": decision.pk, "why": str(why)})
        return None
