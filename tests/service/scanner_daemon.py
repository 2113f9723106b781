"""Debian's clamd with a database of our own: the EICAR test file's hash, and nothing that would have to be fetched."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from torget.connectors.scanners.clamav.scanner import ClamAv
from torget.sandbox.clamav import CLAMD, EICAR, configure, socket_of
from torget.service.core.ports import ScannerDown

READY_SECONDS_MAX = 60


def infected_pdf() -> bytes:
    """A PDF for our eyes, and a virus for the scanner's."""
    return b"%PDF-1.4\n" + EICAR + b"\n%%EOF\n"


@dataclass
class ScannerDaemon:
    socket: Path
    configuration: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [CLAMD, "--foreground", f"--config-file={self.configuration}"],
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
    daemon = ScannerDaemon(socket=socket_of(home), configuration=configure(home))
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
