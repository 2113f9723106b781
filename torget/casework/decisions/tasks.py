"""New cases, and effects of signed decisions, as background tasks: found by looking, so that nothing is forgotten."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.take_in import take_in_next

BATCH = 200


def work_until_done() -> int:
    """Everything that is due now; the number of steps."""
    for done in range(BATCH):
        if take_in_next(timezone.now()) is None and carry_out_next(timezone.now()) is None:
            return done
    return BATCH


@app.task(queueing_lock="casework", queue="casework")
def work() -> int:
    """Deferred with what makes the work (wake.py), so that a person need not wait for the minute."""
    return work_until_done()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="casework-every-minute", queue="casework")
def work_every_minute(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return work_until_done()
