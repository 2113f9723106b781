"""`torget settlement`: take in files of providers and banks, read, fetch what providers offer, and reconcile."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.core.settlement import FileRefused
from torget.payments.settlement.fetch import fetch_everything
from torget.payments.settlement.formats import uploaded_format
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.read_file import read_settlement_file
from torget.payments.settlement.report import report_from_json
from torget.payments.settlement.storage import PIECE_BYTES, store_file
from torget.payments.settlement.take_in import Source, take_in_file
from torget.payments.settlement.tasks import read_waiting_files, reconcile_all
from torget.payments.settlement.words import problem_title, where_found


def now() -> datetime:
    return datetime.now(UTC)


class Command(BaseCommand):
    help = "Settlements: `take-in` a file, `read` what waits, `fetch` from the providers, `reconcile` everything."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        take_in = commands.add_parser("take-in", help="keep a file and read it")
        take_in.add_argument("path", type=Path)
        take_in.add_argument("--municipality", required=True, help="whose it is, such as porvoo")
        take_in.add_argument("--account", default="", help="merchant account; without it the file is a bank's")
        commands.add_parser("read", help="read every file that waits")
        commands.add_parser("fetch", help="list settlements at the providers and order what is new")
        reconcile = commands.add_parser("reconcile", help="compare every account with its provider and the banks")
        reconcile.add_argument(
            "--everything", action="store_true", help="look at the whole journal again and not only at what is new"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["command"] == "fetch":
            for account, trouble in fetch_everything(clock=now).items():
                self.stderr.write(f"{account}: {trouble}")
        elif options["command"] == "reconcile":
            self.stdout.write(f"{reconcile_all('command', everything=options['everything'])} accounts")
        elif options["command"] == "read":
            self.stdout.write(f"{read_waiting_files()} files")
        else:
            self._take_in(options["path"], options["municipality"], options["account"])

    def _take_in(self, path: Path, slug: str, account: str) -> None:
        source = _source(slug, account)
        try:
            with path.open("rb") as opened:
                stored = store_file(iter(lambda: opened.read(PIECE_BYTES), b""))
        except FileRefused as refused:
            raise CommandError(problem_title(refused.finding.problem)) from None
        file, _ = take_in_file(
            source=source,
            stored=stored,
            format_name=uploaded_format(source.provider, stored.head) or "",
            name=path.name,
            received_by="command",
            channel=SettlementFile.Channel.UPLOADED,
            at=now(),
        )
        state = read_settlement_file(file_id=file.pk, clock=now)
        file.refresh_from_db()
        report = report_from_json(file.report)
        self.stdout.write(f"file {file.pk}: {state}, {report.rows} rows, {report.new_rows} new")
        for finding in report.findings:
            self.stdout.write(f"  {problem_title(finding.problem)}: {where_found(finding)}")


def _source(slug: str, account: str) -> Source:
    municipality = Municipality.objects.filter(slug=slug).first()
    if municipality is None:
        raise CommandError(f"no municipality is called {slug}")
    if not account:
        return Source(municipality=municipality)
    merchant = MerchantAccount.objects.filter(account=account).first()
    if merchant is None:
        raise CommandError(f"there is no merchant account {account}")
    part = SubMerchant.objects.filter(merchant_account=merchant, municipality=municipality).first()
    if merchant.municipality_id != municipality.pk and part is None:
        raise CommandError(f"{account} is not an account of {slug}")
    return Source(municipality=municipality, account=merchant, sub_merchant=part.identifier if part else "")
