"""What happens to drafts and attachments by itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from torget.service.forms.attach import scan_waiting
from torget.service.forms.drafts import forget_drafts


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="scan-attachments", queue="service")
def scan_attachments(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return scan_waiting(at=timezone.now())


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="forget-drafts", queue="service")
def forget_old_drafts(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return forget_drafts(at=timezone.now())
