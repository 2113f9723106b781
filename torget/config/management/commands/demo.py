"""`torget demo`: everything on this machine, with Helle's twelve municipalities and invented patrons."""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from torget.casework.decisions.seal import make_test_seal
from torget.config.embedded_postgres import EmbeddedPostgres
from torget.config.management.commands.demo_history import history_starts_at
from torget.config.processes import Processes
from torget.foundation.people.second_factor.demo import DEMO_SECRET
from torget.sandbox import clamav
from torget.sandbox.helle_demo import NAMED_CARDS
from torget.sandbox.helle_newcomer import NEWCOMER
from torget.sandbox.sms.app import TOKEN as SMS_TOKEN

NETWORKS = Path(__file__).parent.parent.parent / "networks"
MERCHANTS = NETWORKS / "helle_sandbox_merchants.json"
OTHER_MERCHANTS = NETWORKS / "helle_sandbox_providers.json"


class Command(BaseCommand):
    help = "Start embedded PostgreSQL, the sandboxes, the web and a worker; Ctrl-C ends them all."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--home", type=Path, default=settings.ROOT / ".demo", help="where the data is kept")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        # Told to end while it starts, it leaves by the same way as later: nothing that was started is left.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        home, port = options["home"], options["port"]
        (home / "logs").mkdir(parents=True, exist_ok=True)
        postgres = EmbeddedPostgres(home / "postgres")
        is_ours = postgres.start()
        environment = demo_environment(home=home, port=port, database_url=postgres.url())
        scanner = home / "scanner"
        if has_scanner := clamav.can_run(scanner):
            scanner.mkdir(exist_ok=True)
            environment["TORGET_CLAMD_SOCKET"] = str(clamav.socket_of(scanner))
        processes = Processes(environment, home / "logs")
        try:
            if has_scanner:
                processes.start("scanner", "torget.sandbox.clamav", str(scanner))
            self._start(processes, home, port, environment)
            self._tell(port, home, has_scanner=has_scanner)
            processes.watch()
        finally:
            processes.stop()
            if is_ours:
                postgres.stop()

    def _start(self, processes: Processes, home: Path, port: int, environment: dict[str, str]) -> None:
        processes.start(
            *("koha", "torget.sandbox.koha", "--port", str(port + 2), "--state", str(home / "koha.sqlite")),
            *("--population", "helle"),
        )
        processes.start(
            *("paytrail", "torget.sandbox.paytrail", "--port", str(port + 1)),
            *("--state", str(home / "paytrail.sqlite"), "--merchants", str(MERCHANTS), "--allow-http"),
            *("--start-at", history_starts_at(timezone.now()).isoformat()),
        )
        processes.start(
            *("providers", "torget.sandbox.providers", "--port", str(port + 3), "--state-folder", str(home)),
            *("--merchants", str(OTHER_MERCHANTS), "--shop", f"http://127.0.0.1:{port}", "--allow-http"),
        )
        processes.start("sms", "torget.sandbox.sms", "--port", str(port + 4), "--state", str(home / "sms.sqlite"))
        processes.wait_until_ready(f"http://127.0.0.1:{port + 2}/api/v1/")
        processes.wait_until_ready(f"http://127.0.0.1:{port + 4}/")
        # The history is made at the first start, before the web and the worker run.
        has_history = (home / "history").exists()
        for command in (
            ["migrate", "--verbosity", "0"],
            ["collectstatic", "--verbosity", "0", "--no-input"],
            ["load_network", "helle", "cities", "--with-demo-staff"],
            ["load_demo_conversations"],
            *([] if has_history else [["demo_history"], ["load_demo_reminders"]]),
        ):
            _run(environment, *command)
        processes.start("web", "torget", "web", "--port", str(port))
        processes.wait_until_ready(f"http://127.0.0.1:{port}/ready/")
        _run(environment, "load_demo_cases")
        if not has_history:
            # Reports of the provider come to the web; and before the worker, who would find out by himself what the
            # reconciliation is to find.
            _run(environment, "demo_settlements")
            (home / "history").touch()
        processes.start("worker", "torget", "worker")
        processes.start("jobs", "torget", "procrastinate", "worker", "--concurrency", "4")

    def _tell(self, port: int, home: Path, *, has_scanner: bool) -> None:
        lines = [
            f"torget: ready at http://127.0.0.1:{port}",
            "",
            "Library cards (invented people):",
            *(f"  {card.card_number}  PIN {card.pin}  {card.about}" for card in (*NAMED_CARDS, NEWCOMER)),
            "",
            f"Staff: http://127.0.0.1:{port}/staff/  password torget-demo for every one:",
            "  desk.porvoo (password alone); finance.porvoo, coordinator, operator (the page shows the code)",
            f"  or the code from an authenticator app with the key {DEMO_SECRET}",
            "  customer service: agent.porvoo, agent2.porvoo, agent.tampere, agent.turku, agent.lahti",
            "  matters, prepare: preparer.porvoo, preparer.lahti; and sign: official.porvoo, official.lahti,",
            "    official.heinola; keep the rules: rules.lahti (with the code)",
            "",
            f"Provider's sandbox: http://127.0.0.1:{port + 1}   library system's sandbox: http://127.0.0.1:{port + 2}",
            f"Other providers' sandboxes: http://127.0.0.1:{port + 3}",
            f"Text messages that nobody got: http://127.0.0.1:{port + 4}   e-mail: {home / 'mail'}",
            "Virus scanner: clamd that knows only the EICAR test file."
            if has_scanner
            else "Virus scanner: none, because clamd (Debian: clamav-daemon) is not installed; files wait and say so.",
            "Ctrl-C ends everything.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def _run(environment: dict[str, str], *command: str) -> None:
    subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "-m", "torget", *command],
        env={**os.environ, **environment, "TORGET_LOG_LEVEL": "WARNING"},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _keys(home: Path) -> dict[str, str]:
    """Made at the first start and kept, so that sessions and sealed credentials survive a restart."""
    file = home / "keys.json"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(
            json.dumps({"secret": secrets.token_urlsafe(48), "credentials": Fernet.generate_key().decode()})
        )
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def other_providers(origin: str) -> dict[str, str]:
    """Where the sandboxes are that share one process."""
    found = {}
    for name in json.loads(OTHER_MERCHANTS.read_text(encoding="utf-8")):
        found[f"TORGET_{name.upper()}_URL"] = f"{origin}/{name}"
        found[f"TORGET_{name.upper()}_PAGE_ORIGINS"] = origin
    return found


def demo_environment(*, home: Path, port: int, database_url: str) -> dict[str, str]:
    """The environment of a demo: the web on `port`, then the provider, the library system and the other providers."""
    keys = _keys(home)
    seal = home / "seal"
    if not (seal / "seal.pem").exists():
        make_test_seal(seal, "Torget demo")
    koha = {
        "kind": "koha",
        "options": {
            "base_url": f"http://127.0.0.1:{port + 2}/api/v1",
            "client_id": "torget",
            "client_secret": "sandbox-secret",
            "child_categories": ["LAPSI"],
        },
    }
    return {
        "DATABASE_URL": database_url,
        "TORGET_DEMO": "1",
        "TORGET_SECRET_KEY": keys["secret"],
        "TORGET_CREDENTIAL_KEYS": keys["credentials"],
        "TORGET_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TORGET_STATIC_ROOT": str(home / "static"),
        # Another library system may be asked for: docs/how-to/add-a-library-system.md shows the demo over SIP2.
        "TORGET_LIBRARY_SYSTEMS": os.environ.get("TORGET_LIBRARY_SYSTEMS") or json.dumps({"helle": koha}),
        "TORGET_PAYTRAIL_URL": f"http://127.0.0.1:{port + 1}",
        "TORGET_PAYTRAIL_PAGE_ORIGINS": f"http://127.0.0.1:{port + 1}",
        **other_providers(f"http://127.0.0.1:{port + 3}"),
        "TORGET_SEAL_KEY": str(seal / "seal-key.pem"),
        "TORGET_SEAL_CERTIFICATE": str(seal / "seal.pem"),
        "TORGET_SEAL_CHAIN": str(seal / "authority.pem"),
        "TORGET_SETTLEMENT_FOLDER": str(home / "settlement"),
        "TORGET_WEBHOOK_LOOPBACK": "1",
        "TORGET_SMS_URL": f"http://127.0.0.1:{port + 4}",
        "TORGET_SMS_TOKEN": SMS_TOKEN,
        "TORGET_SMS_SENDER": "Helle",
        "TORGET_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "TORGET_EMAIL_FOLDER": str(home / "mail"),
    }
