"""`torget audit_settlements`: rows, ledger, payouts and bank entries compared anew, outside the database."""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from torget.foundation.core.money import Money
from torget.payments.settlement.audit.engine import ClassTotal
from torget.payments.settlement.audit.keep import audit_and_keep


def now() -> datetime:
    return datetime.now(UTC)


class Command(BaseCommand):
    help = "Compare ledger, settlement rows and bank entries anew; ends with 1 if the items kept say otherwise."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="for exports and what does not fit into memory")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        _audit, report = audit_and_keep(clock=now, started_by="command", folder=options["folder"])
        self._tell("rows", report.totals)
        self._tell("payouts", report.bank_totals)
        for one in report.disagreements:
            self.stderr.write(f"{one.about}: kept as {one.kept}, found {one.judged}")
        if report.disagreements:
            sys.exit(1)

    def _tell(self, leg: str, totals: Iterable[ClassTotal]) -> None:
        by_class: dict[str, tuple[int, int, int]] = {}
        for one in totals:
            count, ours, theirs = by_class.get(one.row_class, (0, 0, 0))
            by_class[one.row_class] = (count + one.count, ours + one.expected_cents, theirs + one.reported_cents)
        for name, (count, ours, theirs) in sorted(by_class.items()):
            sums = f"ours {Money(ours)!s:>16}  theirs {Money(theirs)!s:>16}"
            self.stdout.write(f"{leg:<8} {name:<16}{count:>12}  {sums}")
