"""`torget audit_settlements`: every settlement row against the whole ledger, anew and outside the database."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from torget.foundation.core.money import Money
from torget.payments.settlement.audit.audit import audit_settlements


class Command(BaseCommand):
    help = "Compare all settlement rows with all ledger rows anew; ends with 1 if the items kept say otherwise."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="for exports and what does not fit into memory")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        report = audit_settlements(at=datetime.now(UTC), folder=options["folder"])
        for one in report.totals:
            ours, theirs = str(Money(one.expected_cents)), str(Money(one.reported_cents))
            self.stdout.write(f"{one.row_class:<16}{one.count:>12}  ours {ours:>16}  theirs {theirs:>16}")
        for subject, kept, judged in report.disagreements:
            self.stderr.write(f"{subject}: kept as {kept}, found {judged}")
        if report.disagreements:
            sys.exit(1)
