"""Debian's clamd with a database of our own: the EICAR test file's hash, and nothing that would have to be fetched."""

import hashlib
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from torget.connectors.scanners.clamav.scanner import ClamAv
from torget.service.core.ports import ScannerDown

# In two pieces, so that this file itself is not taken for the test virus.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
READY_SECONDS_MAX = 60


def infected_pdf() -> bytes:
    """A PDF for our eyes, and a virus for the scanner's."""
    return b"%PDF-1.4\n" + EICAR + b"\n%%EOF\n"


def _signatures() -> str:
    """The plain file by its hash; the database beside it knows its bytes anywhere in any file."""
    return f"{hashlib.md5(EICAR, usedforsecurity=False).hexdigest()}:{len(EICAR)}:Torget.Test.Eicar\n"


@dataclass
class ScannerDaemon:
    socket: Path
    configuration: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["/usr/sbin/clamd", "--foreground", f"--config-file={self.configuration}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
        )
        scanner = ClamAv(socket=str(self.socket))
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                scanner.scan(b"is anybody there")
            except ScannerDown:
                assert self.process.poll() is None, "clamd ended; see its log"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("clamd does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


@contextmanager
def running_clamd(home: Path) -> Iterator[ScannerDaemon]:
    database = home / "signatures"
    database.mkdir()
    (database / "torget.hdb").write_text(_signatures())
    anywhere = f"Torget.Test.EicarInside:0:*:{EICAR.hex()}\n"
    (database / "torget.ndb").write_text(anywhere)
    # The path of a Unix socket has at most 107 letters.
    daemon = ScannerDaemon(socket=home / "s", configuration=home / "clamd.conf")
    daemon.configuration.write_text(
        f"LocalSocket {daemon.socket}\nDatabaseDirectory {database}\nTemporaryDirectory {home}\n"
        f"LogFile {home / 'clamd.log'}\nUser root\nFixStaleSocket yes\nAlertExceedsMax yes\nForeground yes\n"
    )
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
