"""The mailbox as a background task."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from torget.service.conversations.fetch_mail import fetch_mail


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fetch-mail", queue="service")
def fetch_service_mail(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    if not settings.SERVICE_MAILBOX["OPTIONS"]["host"]:
        return 0
    return sum(fetch_mail(at=timezone.now()).values())
