"""`torget replay [ID …]`: run decisions again from their stored facts and rules, and compare everything."""

import argparse
import sys
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from torget.casework.decisions.replay import replay_all


class Command(BaseCommand):
    help = "Every signed decision, or those named, again: the same outcome, trace and PDF bytes before the seal."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("decisions", nargs="*", type=int, help="ids of decisions; all of them if none is named")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        counted: Counter[str] = Counter()
        for replayed in replay_all(options["decisions"] or None):
            counted["same" if replayed.is_same else "different"] += 1
            if not replayed.is_same:
                self.stdout.write(f"decision {replayed.decision_id}: {', '.join(replayed.differences)}")
        self.stdout.write(f"{counted['same']} decisions are the same, {counted['different']} differ.")
        if counted["different"]:
            sys.exit(1)
