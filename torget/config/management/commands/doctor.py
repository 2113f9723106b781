"""`torget doctor [--json] [--offline]`: is everything in order, and what to do where it is not."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from torget.config.doctor.examine import examine
from torget.config.doctor.finding import Level

_MARKS = {Level.OK: "ok     ", Level.WARNING: "WARNING", Level.ERROR: "ERROR  "}
EXIT_CODES = {Level.OK: 0, Level.WARNING: 0, Level.ERROR: 1}


class Command(BaseCommand):
    help = "Look at settings, keys, clocks, the database, the queues and what lies outside; changes nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines; the exit code is the same")
        parser.add_argument("--offline", action="store_true", help="ask nobody but the database")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        findings = examine(is_offline=options["offline"])
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in findings], indent=2))
        else:
            for one in findings:
                self.stdout.write(f"{_MARKS[one.level]}  {one.check}: {one.says}")
                if one.do:
                    self.stdout.write(f"         → {one.do}")
        worst = max(EXIT_CODES[one.level] for one in findings)
        if worst:
            sys.exit(worst)
