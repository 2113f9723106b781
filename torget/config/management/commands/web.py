"""`torget web`: the web server, granian with WSGI (ASGI costs four times as much here; ADR 0003)."""

import argparse
import os
import sys
import tempfile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection


def _passes_row_security() -> bool:
    """Whether policies would not bind this user. A database that is down says so to the visitors, not here."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            return bool(cursor.fetchone()[0])
    except DatabaseError:
        return False
    finally:
        connection.close()


class Command(BaseCommand):
    help = "Serve the pages on loopback; a proxy with TLS stands before it in production."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--threads", type=int, default=4, help="per worker process")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY:
            raise CommandError("Set TORGET_SECRET_KEY: a long random text that stays the same (docs/operations).")
        if _passes_row_security():
            raise CommandError(
                "The database user passes row-level security: connect as one that is no superuser (docs/operations)."
            )
        if options["workers"] > 1:
            # The processes count into one folder, so that whichever is asked for its metrics tells those of all.
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="torget-metrics-"))
        os.execv(  # noqa: S606 - our own interpreter and fixed arguments
            sys.executable,
            [
                *(sys.executable, "-m", "granian", "torget.config.wsgi:application"),
                *("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(options["port"])),
                *("--workers", str(options["workers"]), "--blocking-threads", str(options["threads"])),
                *("--no-ws", "--http", "1", "--no-log"),
            ],
        )
