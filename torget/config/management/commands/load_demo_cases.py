"""`torget load_demo_cases`: a few matters in every state, for the demo; needs its library system."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.config.demo_cases import load_demo_cases


class Command(BaseCommand):
    help = "Make the demo's matters once; a second run changes nothing."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Invented matters are made with TORGET_DEMO=1 only.")
        self.stdout.write(f"{load_demo_cases(timezone.now())} matters made.")
