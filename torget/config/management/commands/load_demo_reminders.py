"""`torget load_demo_reminders`: reminders of one municipality, for the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.config.demo_reminders import load_demo_reminders


class Command(BaseCommand):
    help = "Switch the demo's reminders on and send a few, once; a second run changes nothing."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Invented patrons are reminded with TORGET_DEMO=1 only.")
        self.stdout.write(f"{load_demo_reminders(timezone.now())} reminders sent.")
