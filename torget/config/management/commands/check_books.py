"""`torget check_books`: ask all rules of the books over all rows now; exit code 1 when one is broken."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from torget.payments.invariants.check import check_invariants


class Command(BaseCommand):
    help = "Check that the books hold, as every night; the result also stands on the page under Upkeep."
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        run = check_invariants(at=timezone.now(), actor="operator")
        broken = 0
        for one in run.results.order_by("pk"):
            broken += one.violations
            verdict = "holds" if not one.violations else f"{one.violations:,} BROKEN: {', '.join(one.examples)}"
            self.stdout.write(f"{one.rule:<24} {one.milliseconds:>9,} ms  {verdict}")
        self.stdout.write(f"{run.payments:,} payments and {run.entries:,} entries checked.")
        if broken:
            sys.exit(1)
