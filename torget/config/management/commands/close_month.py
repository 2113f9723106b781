"""`torget close_month porvoo 2026-10 --as finance.porvoo --note …`: what the page does, for a night job or a script."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import load_access
from torget.foundation.people.models import Employee
from torget.payments.closing.checklist import checklist
from torget.payments.closing.close import MayNotClose, NotEnded, NotNext, close_month
from torget.payments.closing.look import look_at_month, verify_months
from torget.payments.core.months import Month, NotAMonth


class Command(BaseCommand):
    help = (
        "Close a month of a municipality for good, or say what is still open (--check) or whether all hold (--verify)."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("municipality", help="slug, such as porvoo")
        parser.add_argument("month", nargs="?", default="", help="such as 2026-10")
        parser.add_argument("--as", dest="username", default="", help="user name of the finance that closes it")
        parser.add_argument("--note", default="", help="why it can be closed although something is open")
        parser.add_argument("--check", action="store_true", help="only say what is still open")
        parser.add_argument("--verify", action="store_true", help="compute all checksums again")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        municipality = Municipality.objects.filter(slug=options["municipality"]).first()
        if municipality is None:
            raise CommandError(f"There is no municipality {options['municipality']}.")
        if options["verify"]:
            self._verify(municipality)
            return
        try:
            month = Month.from_text(options["month"])
        except NotAMonth:
            raise CommandError("Name the month as in 2026-10.") from None
        is_open = self._check(municipality, month)
        if not options["check"]:
            self._close(municipality, month, options["username"], options["note"], is_open=is_open)

    def _verify(self, municipality: Municipality) -> None:
        faults = verify_months(municipality.pk)
        for fault in faults:
            self.stderr.write(f"{fault.month}: {fault.what} differs")
        if faults:
            raise CommandError("A closed month has changed. See docs/how-to/close-a-month.md.")
        self.stdout.write("All closed months are unchanged.")

    def _check(self, municipality: Municipality, month: Month) -> bool:
        """Say what is still open; whether anything is."""
        items = [item for item in checklist(look_at_month(municipality, month)) if item.is_open]
        for item in items:
            self.stdout.write(f"open: {item.check} {item.amount or item.count}")
        return bool(items)

    def _close(self, municipality: Municipality, month: Month, username: str, note: str, *, is_open: bool) -> None:
        employee = Employee.objects.filter(username=username, is_active=True).first()
        if employee is None:
            raise CommandError("Name the finance that closes it: --as finance.porvoo")
        if is_open and not note.strip():
            raise CommandError("Something is still open. Say with --note why the month can be closed all the same.")
        try:
            closed = close_month(
                municipality_id=municipality.pk,
                month=month,
                access=load_access(employee=employee),
                note=note,
                at=timezone.now(),
            )
        except MayNotClose:
            raise CommandError(f"{username} is not finance of {municipality.slug}.") from None
        except NotEnded:
            raise CommandError(f"{month} is not over yet.") from None
        except NotNext:
            raise CommandError(f"{month} is closed already, or an earlier month must be closed first.") from None
        self.stdout.write(f"{municipality.slug} {month} closed: {closed.entry_count} entries, {closed.checksum}")
