"""`torget demo_history`: some days of payments, settlements and a bank statement before the demo begins."""

import argparse
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from torget.config.demo_history import DemoHistory, has_history


class Command(BaseCommand):
    help = "For the demo only; does nothing where there is a payment already."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--days", type=int, required=True, help="how far back the provider's sandbox began")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only a demo has an invented past.")
        if has_history():
            return
        history = DemoHistory(settings.PAYMENT_PROVIDERS["paytrail"]["OPTIONS"]["base_url"], days=options["days"])
        self.stdout.write(f"{history.make(datetime.now(UTC))} payments")
