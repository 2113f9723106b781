"""Begin a trial: a search that only counts, in each library system that the municipality uses."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.payments.reminders.models import ReminderPolicy, ReminderRun
from torget.payments.reminders.tasks import search_now

LONGEST = timedelta(hours=2)
"""A search that has not come to its end after this time was broken off, by a restart of the worker for example."""


def systems_of(municipality: Municipality) -> list[str]:
    """By their names in the settings."""
    shared = Cooperation.objects.filter(
        service=Cooperation.Service.LIBRARY_PAYMENTS, memberships__municipality=municipality
    )
    named = dict.fromkeys(name for one in shared for name in one.library_systems("en"))
    return [name for name in named if name in settings.LIBRARY_SYSTEMS]


def begin_trial(*, municipality: Municipality, actor: str, now: datetime) -> int:
    """How many searches were begun; each is committed with the job that carries it out."""
    begun = 0
    for system in systems_of(municipality):
        with transaction.atomic():
            run = ReminderRun.objects.create(
                library_system=system, municipality=municipality, is_trial=True, started_by=actor, started_at=now
            )
            search_now.defer(run_id=run.pk)
        begun += 1
    return begun


def latest_trials(municipality: Municipality) -> list[ReminderRun]:
    """One for each library system that has been tried."""
    newest = ReminderRun.objects.filter(municipality=municipality, is_trial=True).order_by("-started_at", "-pk")
    found = (newest.filter(library_system=system).first() for system in systems_of(municipality))
    return [run for run in found if run is not None]


def has_seen_trial(policy: ReminderPolicy) -> bool:
    """Whether a trial has come to its end since the terms were changed."""
    return ReminderRun.objects.filter(
        municipality=policy.municipality_id,
        is_trial=True,
        failure="",
        finished_at__isnull=False,
        started_at__gte=policy.changed_at,
    ).exists()


def is_running(run: ReminderRun, now: datetime) -> bool:
    return run.finished_at is None and now - run.started_at < LONGEST
