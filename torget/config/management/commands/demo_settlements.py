"""`torget demo_settlements`: the last days before the demo, with settlements and a bank statement to reconcile."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from torget.config.demo_settlements import RecentDays
from torget.config.management.commands.demo_history import RECENT, SYSTEM
from torget.payments.settlement.models import SettlementFile


class Command(BaseCommand):
    help = "For the demo only, after `demo_history` and while the web runs; does nothing a second time."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This makes payments of invented people; it runs only with TORGET_DEMO=1.")
        if SettlementFile.objects.exists() or settings.LIBRARY_SYSTEMS[SYSTEM]["kind"] != "koha":
            return
        provider_url = settings.PAYMENT_PROVIDERS["paytrail"]["OPTIONS"]["base_url"]
        made = RecentDays(provider_url, days=RECENT.days).make(datetime.now(UTC))
        self.stdout.write(f"{made} payments")
