"""The check of the books every night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.payments.invariants.check import check_invariants


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="invariants", lock="invariants", queue="upkeep")
def check_every_night(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    """The number of violations; more than none is told by the metric and its alert."""
    run = check_invariants(at=timezone.now(), actor="worker")
    return sum(run.results.values_list("violations", flat=True))


@app.task(queueing_lock="invariants-now", lock="invariants", queue="upkeep")
def check_now(actor: str) -> None:
    """Asked for on the page."""
    check_invariants(at=timezone.now(), actor=actor)
