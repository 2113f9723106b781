"""`torget serve`: web and worker as separate processes over the database in DATABASE_URL."""

import argparse
import os
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from torget.config.processes import Processes


class Command(BaseCommand):
    help = "Migrate, collect static files, then run web and worker until Ctrl-C."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--web-workers", type=int, default=2)
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if not os.environ.get("DATABASE_URL"):
            raise CommandError("Set DATABASE_URL, such as postgresql://torget:…@localhost/torget (docs/operations).")
        call_command("migrate", verbosity=0)
        if os.environ.get("TORGET_STATIC_ROOT"):
            call_command("collectstatic", verbosity=0, interactive=False)
        processes = Processes({})
        try:
            processes.start(
                "web", "torget", "web", "--port", str(options["port"]), "--workers", str(options["web_workers"])
            )
            for number in range(1, options["workers"] + 1):
                processes.start(f"worker-{number}", "torget", "worker")
            processes.start("jobs", "torget", "procrastinate", "worker", "--concurrency", "4")
            processes.wait_until_ready(f"http://127.0.0.1:{options['port']}/ready/")
            self.stdout.write(f"torget: ready at http://127.0.0.1:{options['port']}")
            processes.watch()
        finally:
            processes.stop()
