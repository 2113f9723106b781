"""`torget load_network NAME`: municipalities, fees, accounts and staff from their files into the database."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from torget.casework.core.procedure import all_procedures
from torget.casework.decisions.prepare import install_model
from torget.onboarding.network.checking import check_network
from torget.onboarding.network.reading import read_folders
from torget.onboarding.network.saving import NetworkConflict, save_network

NETWORKS = Path(__file__).parent.parent.parent / "networks"


class Command(BaseCommand):
    help = "Load a network of municipalities from its JSON files; a second run changes nothing."
    # The data does not depend on the pages, and the database comes before them at a first start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "network",
            nargs="+",
            help=f"folders of {NETWORKS.name}/, such as helle, or paths of any; several are one network together",
        )
        parser.add_argument("--check", action="store_true", help="only check the files; needs no database")
        parser.add_argument(
            "--with-demo-staff", action="store_true", help="employees with a public password; demo only"
        )
        parser.add_argument("--with-test-accounts", action="store_true", help="allow test merchant accounts (staging)")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        folders = [NETWORKS / name for name in options["network"]]
        name = "+".join(folder.name for folder in folders)
        network, problems = read_folders(folders, os.environ)
        problems += check_network(network)
        if problems:
            raise CommandError("\n".join([f"{len(problems)} problems in {name}; nothing was loaded:", *problems]))
        if options["check"]:
            self.stdout.write(f"{name}: no problems.")
            return
        if options["with_demo_staff"] and not settings.DEMO:
            raise CommandError("The demo staff has a public password, so it is loaded with TORGET_DEMO=1 only.")
        tests = [row.account for row in network.merchant_accounts if row.is_test and row.is_active]
        if tests and not (settings.DEMO or options["with_test_accounts"]):
            raise CommandError(
                f"Test merchant accounts ({', '.join(tests)}) settle fees without money: load them with TORGET_DEMO=1,"
                " or on a staging system with --with-test-accounts."
            )
        try:
            loaded = save_network(
                name=name, network=network, with_demo_staff=options["with_demo_staff"], at=timezone.now()
            )
        except NetworkConflict as conflict:
            raise CommandError(f"{conflict}\nNothing was loaded.") from conflict
        for procedure in all_procedures():
            install_model(procedure=procedure, at=timezone.now())
        self.stdout.write(
            f"{name}: {loaded.created} created, {loaded.changed} changed, {loaded.removed} removed,"
            f" {loaded.unchanged} unchanged."
        )
        if loaded.kept:
            self.stdout.write(f"Kept though the files no longer name them: {', '.join(loaded.kept)}.")
