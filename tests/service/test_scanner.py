"""The connector against Debian's own daemon."""

import pytest

from tests.service.scanner_daemon import ScannerDaemon, infected_pdf
from torget.connectors.scanners.clamav.scanner import ClamAv
from torget.sandbox.clamav import EICAR
from torget.service.core.ports import ScannerDown


def test_clean_and_infected_files_are_told_apart(clamd: ScannerDaemon) -> None:
    scanner = ClamAv(socket=str(clamd.socket))
    assert scanner.scan(b"%PDF-1.4 nothing bad") == ""
    assert "Eicar" in scanner.scan(EICAR)
    assert "Eicar" in scanner.scan(infected_pdf())


def test_a_daemon_that_is_down_gives_no_verdict(clamd: ScannerDaemon) -> None:
    scanner = ClamAv(socket=str(clamd.socket))
    clamd.stop()
    try:
        with pytest.raises(ScannerDown):
            scanner.scan(b"anything")
    finally:
        clamd.start()
    assert scanner.scan(b"anything") == ""


def test_without_a_configured_daemon_there_is_no_verdict() -> None:
    with pytest.raises(ScannerDown):
        ClamAv().scan(b"anything")
