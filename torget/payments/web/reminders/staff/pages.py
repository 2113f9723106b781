"""The reminders of the municipalities that somebody sees, and of one of them: how it stands, and its switches."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.cooperations.models import Municipality
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.reminding import NEEDS_A_LOOK, OPEN_STATES, ReminderState
from torget.payments.reminders.effect import effect_of
from torget.payments.reminders.models import ListedCard, Reminder, ReminderPolicy, ReminderRun
from torget.payments.reminders.policy import (
    PROPOSED,
    TrialFirst,
    pause_reminders,
    start_reminders,
    stop_reminders,
    terms_of,
)
from torget.payments.reminders.trial import has_seen_trial
from torget.payments.web.reminders.staff.desk import (
    desk_only,
    municipality_page,
    reminders_page,
    visible_municipalities,
)
from torget.payments.web.reminders.staff.words import FAILURES, counts_of, policy_rows, policy_tag

_RUNS_SHOWN = 5


def policy_of(municipality: Municipality) -> ReminderPolicy | None:
    return ReminderPolicy.objects.filter(municipality=municipality).first()


def _counts(municipality_ids: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    rows = Reminder.objects.filter(municipality__in=municipality_ids).values_list("municipality", "state")
    for municipality_id, state, count in rows.annotate(Count("pk")):
        found.setdefault(municipality_id, {})[state] = count
    return found


def _summed(counts: dict[str, int]) -> dict[str, int]:
    return {
        "waiting": sum(counts.get(one.value, 0) for one in OPEN_STATES),
        "sent": counts.get(ReminderState.SENT.value, 0),
        "held": counts.get(ReminderState.HELD.value, 0),
        "look": sum(counts.get(one.value, 0) for one in NEEDS_A_LOOK),
    }


@reminders_page
@require_safe
def overview(request: HttpRequest, staff: Staff) -> HttpResponse:
    found = visible_municipalities(staff.access)
    policies = {one.municipality_id: one for one in ReminderPolicy.objects.filter(municipality__in=found)}
    counts = _counts([one.pk for one in found])
    rows = [
        {
            "municipality": one,
            "name": one.name(get_language() or "fi"),
            "tag": policy_tag(policies.get(one.pk)),
            "counts": _summed(counts.get(one.pk, {})),
        }
        for one in found
    ]
    return show(request, staff, "reminders/overview.html", {"rows": rows, "is_desk": bool(staff.access.desk)})


def _runs(municipality: Municipality) -> list[dict[str, Any]]:
    """The latest real searches."""
    found = ReminderRun.objects.filter(is_trial=False).order_by("-started_at", "-pk")[:_RUNS_SHOWN]
    return [
        {
            "run": run,
            "counts": counts_of(run, municipality.pk),
            "failure": str(FAILURES[run.failure]) if run.failure else "",
        }
        for run in found
    ]


@municipality_page
@require_safe
def one(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    policy, now = policy_of(municipality), timezone.now()
    hours = (terms_of(policy) if policy else PROPOSED).hours
    context = {
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "policy": policy,
        "tag": policy_tag(policy),
        "rows": policy_rows(policy) if policy else [],
        "counts": _summed(_counts([municipality.pk]).get(municipality.pk, {})),
        "effect": effect_of(municipality_id=municipality.pk, now=now),
        "next_open": hours.next_open(now),
        "is_open": hours.is_open(now),
        "runs": _runs(municipality) if policy and policy.is_on else [],
        "listed": ListedCard.objects.filter(municipality=municipality).count(),
        "may_decide": municipality.pk in staff.access.desk,
    }
    return show(request, staff, "reminders/one.html", context)


def _back(municipality: Municipality) -> HttpResponse:
    return HttpResponseRedirect(reverse("staff-reminders-of", args=[municipality.pk]))


@desk_only
@require_POST
def start(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    """Switch on after a trial, or go on after a pause."""
    policy = policy_of(municipality)
    try:
        start_reminders(
            municipality_id=municipality.pk,
            has_seen_trial=policy is not None and (policy.is_on or has_seen_trial(policy)),
            actor=staff.actor,
            now=timezone.now(),
        )
    except TrialFirst:
        messages.error(request, _("Try it first: the trial shows how many would be reminded, and sends nothing."))
        return HttpResponseRedirect(reverse("staff-reminders-trial", args=[municipality.pk]))
    messages.success(request, _("Reminders are on. Who is due is looked up every night; messages go out by day."))
    return _back(municipality)


@desk_only
@require_POST
def pause(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    pause_reminders(municipality_id=municipality.pk, actor=staff.actor, now=timezone.now())
    messages.success(request, _("Paused. Nothing goes out until you go on."))
    return _back(municipality)


@desk_only
@require_POST
def stop(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    stop_reminders(municipality_id=municipality.pk, actor=staff.actor, now=timezone.now())
    messages.success(request, _("Reminders are off."))
    return _back(municipality)
