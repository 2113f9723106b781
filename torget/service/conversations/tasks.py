"""The mailbox, and files that follow into their matters, as background tasks."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from torget.service.conversations.fetch_mail import fetch_mail
from torget.service.conversations.follow import follow_files


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="fetch-mail", queue="service")
def fetch_service_mail(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    if not settings.SERVICE_MAILBOX["OPTIONS"]["host"]:
        return 0
    return sum(fetch_mail(at=timezone.now()).values())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="follow-files", queue="service")
def files_into_matters(timestamp: int) -> int:  # noqa: ARG001 - procrastinate says which minute it is for
    return follow_files(at=timezone.now())
