"""The connector against Debian's own daemon."""

import pytest
from django.conf import settings
from django.test import override_settings

from tests.service.scanner_daemon import ScannerDaemon, infected_pdf
from torget.config.doctor.finding import Level
from torget.config.doctor.outside import check_scanner
from torget.connectors.scanners.clamav.scanner import ClamAv
from torget.sandbox.clamav import EICAR
from torget.service.core.ports import ScannerDown


def test_clean_and_infected_files_are_told_apart(clamd: ScannerDaemon) -> None:
    scanner = ClamAv(socket=str(clamd.socket))
    assert scanner.scan(b"%PDF-1.4 nothing bad") == ""
    assert "Eicar" in scanner.scan(EICAR)
    assert "Eicar" in scanner.scan(infected_pdf())


def test_the_doctor_asks_the_daemon(clamd: ScannerDaemon) -> None:
    options = {**settings.SCANNER, "OPTIONS": {"socket": str(clamd.socket), "host": "", "port": 0}}
    with override_settings(SCANNER=options):
        (found,) = check_scanner()
    assert (found.level, found.says) == (Level.OK, f"{clamd.socket} answers")


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
