"""`torget worker`: does what payments wait for, until told to stop."""

import argparse
import logging
import signal
import threading
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.utils import DatabaseError

from torget.payments.checkout.worker import work_once

logger = logging.getLogger("torget.worker")

IDLE_SECONDS = 0.2
"""How long an idle worker sleeps; asking costs one look into a small index."""


def now() -> datetime:
    return datetime.now(UTC)


class Command(BaseCommand):
    help = "Register, reconcile, poll and refund. Start as many as you like; they share the work."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=2)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        threads = [threading.Thread(target=_loop, args=(stopping,)) for _ in range(options["threads"])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _loop(stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            worked = work_once(now)
        except DatabaseError as error:
            # The server restarts or fails over: drop the connection and try again until it is back.
            logger.warning("the database does not answer", extra={"error": type(error).__name__})
            connection.close()
            stopping.wait(1)
            continue
        if worked is None:
            stopping.wait(IDLE_SECONDS)
    connection.close()
