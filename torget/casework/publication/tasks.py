"""The end of personal data on the web, as a background task: soon after each midnight, and after any standstill."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.casework.publication.expire import expire_next

BATCH = 1000


@app.periodic(cron="17 * * * *")
@app.task(queueing_lock="expire-personal-data", queue="casework")
def expire_personal_data(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    now = timezone.now()
    for done in range(BATCH):
        if expire_next(now) is None:
            return done
    return BATCH
