"""`torget after_restore --restored-to TIME`: before the first worker starts on a restored database."""

import argparse
import sys
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.payments.checkout.after_restore import settle_after_restore


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("give the time with its zone, such as 2026-11-28T12:00:00+02:00")
    return moment


class Command(BaseCommand):
    help = "Put in doubt what may have gone out since the moment restored to, and ask the providers (docs/operations)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--restored-to", type=_moment, required=True, help="ISO 8601 with zone")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        now = timezone.now()
        if options["restored_to"] > now:
            raise CommandError("The moment restored to lies in the future.")
        done = settle_after_restore(restored_to=options["restored_to"], at=now, actor="operator")
        self.stdout.write(
            f"{done.asked} unpaid payments asked for at the provider, {done.found_paid} were paid since.\n"
            f"{done.in_doubt} registrations, {done.refunds_in_doubt} refunds and {done.charges_in_doubt} charges in"
            f" doubt; the worker finds out. {done.for_a_person} for a person."
        )
        if done.not_answered:
            self.stdout.write(f"Not answered for: {done.not_answered}. Run this again before any worker starts.")
            sys.exit(1)
