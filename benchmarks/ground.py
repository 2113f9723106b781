"""What every benchmark of payments stands on: a durable PostgreSQL, the sandbox Koha as a process, a small network."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from torget.config.embedded_postgres import EmbeddedPostgres

SETTINGS = {"shared_buffers": "1GB", "max_connections": "80", "max_wal_size": "8GB", "checkpoint_timeout": "30min"}
"""fsync and synchronous_commit stay on: a payment that is said to be saved is on the disk."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def granian(application: str, port: int, *, threads: int) -> list[str]:
    """The command that serves a WSGI application in one process, as `torget web` does."""
    return [
        *(sys.executable, "-m", "granian", application, "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", str(threads)),
        *("--no-ws", "--http", "1", "--no-log"),
    ]


def wait_until_answered(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")


@dataclass
class Ground:
    postgres: EmbeddedPostgres
    koha_url: str

    def pgbench(self, script: str, *, clients: int, seconds: int) -> float:
        """Executions of the script per second."""
        with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
            file.write(script)
        done = subprocess.run(
            [
                str(self.postgres.binaries / "pgbench"),
                *("-n", "-M", "prepared", "-f", file.name, "-c", str(clients), "-T", str(seconds)),
                *("-h", str(self.postgres.socket_folder), "-U", "torget", "torget"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        Path(file.name).unlink()
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("tps")]
        return float(line.split()[2])

    def restart(self, settings: dict[str, str]) -> None:
        """With other settings; connections break."""
        self.postgres.stop()
        self.postgres.settings = settings
        self.postgres.start()

    def load_patrons(self, patrons: list[dict[str, object]]) -> None:
        body = json.dumps({"patrons": patrons, "items": []}).encode()
        request = urllib.request.Request(
            f"{self.koha_url}/_sandbox/load", data=body, headers={"content-type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=60).close()


def _credential_key(folder: Path) -> str:
    """Kept beside the data that is sealed with it."""
    file = folder / "credential_key"
    if not file.exists():
        file.write_bytes(Fernet.generate_key())
    return file.read_text(encoding="ascii")


@contextmanager
def standing(
    kept: Path | None = None, settings: dict[str, str] = SETTINGS, *, is_helle: bool = False
) -> Iterator[Ground]:
    """Sets the environment, so call it before Django is set up; ends everything it started.

    The data lie in a passing folder, or stay in `kept`. The network is the tests' small one, or Helle's twelve
    municipalities with the sandbox's invented patrons.
    """
    with tempfile.TemporaryDirectory() as passing:
        folder = kept or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        postgres = EmbeddedPostgres(folder / "data", settings)
        postgres.start()
        port = free_port()
        koha_url = f"http://127.0.0.1:{port}"
        koha = subprocess.Popen(
            granian("benchmarks.koha_wsgi:application", port, threads=8),
            env={**os.environ, "BENCHMARK_POPULATION": "helle" if is_helle else ""},
        )
        wait_until_answered(f"{koha_url}/api/v1/")
        options = {"base_url": f"{koha_url}/api/v1", "client_id": "torget", "client_secret": "sandbox-secret"}
        os.environ |= {
            "DATABASE_URL": postgres.url(user="torget"),
            "DJANGO_SETTINGS_MODULE": "torget.config.settings",
            "TORGET_CREDENTIAL_KEYS": _credential_key(folder),
            "TORGET_SECRET_KEY": "benchmark",
            "TORGET_LIBRARY_SYSTEMS": json.dumps({"helle": {"kind": "koha", "options": options}}),
            "TORGET_LOG_LEVEL": "WARNING",
        }
        try:
            import django

            django.setup()
            from django.core.management import call_command

            from tests.network import make_network
            from torget.foundation.cooperations.models import Municipality

            call_command("migrate", verbosity=0)
            if is_helle:
                call_command("load_network", "helle", with_test_accounts=True)
            elif not Municipality.objects.exists():
                make_network()
            yield Ground(postgres, koha_url)
        finally:
            koha.terminate()
            koha.wait()
            postgres.stop()
