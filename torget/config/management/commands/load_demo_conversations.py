"""`torget load_demo_conversations`: a few questions in every state, for the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.config.demo_conversations import load_demo_conversations


class Command(BaseCommand):
    help = "Make the demo's conversations once; a second run changes nothing."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Invented conversations are made with TORGET_DEMO=1 only.")
        self.stdout.write(f"{load_demo_conversations(timezone.now())} conversations made.")
