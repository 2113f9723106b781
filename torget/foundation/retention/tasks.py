"""Retention every night, and the counts for the night after."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.foundation.retention.run import carry_out, count_due


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="retention", lock="retention", queue="upkeep")
def run_retention(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    """At most one at a time. The number of rows removed or pseudonymised."""
    now = timezone.now()
    done = sum(one.rows for one in carry_out(at=now, actor="worker"))
    count_due(at=now, actor="worker", run_at=now + timedelta(days=1))
    return done


@app.task(queueing_lock="retention-count", queue="upkeep")
def count_for_page(actor: str) -> None:
    """What tonight's run would do, asked for on the page."""
    count_due(at=timezone.now(), actor=actor)
