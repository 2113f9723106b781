"""`torget retention [--dry-run]`: remove and pseudonymise what has outlived its purpose, by the policy."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.foundation.core.languages import in_language
from torget.foundation.core.retention import BadPolicy
from torget.foundation.retention.run import RuleCount, carry_out, count_due


def _line(one: RuleCount) -> str:
    return (
        f"{one.rows:>12,}  {one.rule.code:<20} {one.rule.handling:<13} "
        f"before {one.before:%Y-%m-%d}  {in_language(one.rule.what, 'en')}"
    )


class Command(BaseCommand):
    help = "Carry out the retention policy now; every night it happens by itself."
    # The data does not depend on the pages.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what is due, by rule")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        do = count_due if options["dry_run"] else carry_out
        try:
            found = do(at=timezone.now(), actor="operator")
        except (BadPolicy, OSError) as error:
            raise CommandError(f"The policy cannot be followed, and nothing was done: {error}") from error
        for one in found:
            self.stdout.write(_line(one))
        rows = sum(one.rows for one in found)
        self.stdout.write(
            f"{rows:,} rows are due; nothing was changed." if options["dry_run"] else f"{rows:,} rows done."
        )
