"""`torget reminders`: search and send now, as the background tasks do by themselves."""

import argparse
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.payments.reminders.search import search_all
from torget.payments.reminders.send import send_due_reminders

LIMIT = 500


class Command(BaseCommand):
    help = "Look who is due, and send what may go out at this hour."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--at", type=datetime.fromisoformat, help="as if it were this moment; only in the demo")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        at: datetime | None = options["at"]
        if at is not None and not settings.DEMO:
            raise CommandError("The time is not to be argued with outside the demo.")
        clock = timezone.now if at is None else (lambda: at)
        runs = search_all(clock=clock)
        done = send_due_reminders(clock=clock, limit=LIMIT)
        told = ", ".join(f"{count} {state}" for state, count in sorted(done.items())) or "nothing was to go out"
        self.stdout.write(f"{runs} searches; {told}.")
