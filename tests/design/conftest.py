import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright

from tests.design import site_settings

ROOT = Path(__file__).parent.parent.parent
SETTINGS = {name: value for name, value in vars(site_settings).items() if name.isupper()}
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def sample_site() -> Iterator[None]:
    """The settings of the sample pages, whatever the settings of the whole service are."""
    with override_settings(**SETTINGS):
        yield


def _is_open(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="package")
def site_url() -> Iterator[str]:
    """The address of the sample pages, served by a process of their own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "django", "runserver", f"127.0.0.1:{port}", "--noreload", "--skip-checks"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.design.site_settings", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as server:
        try:
            deadline = time.monotonic() + 30
            while not _is_open(port):
                assert server.poll() is None, "the sample site did not start"
                assert time.monotonic() < deadline, "the sample site did not answer in time"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_ARGUMENTS)
        yield launched
        launched.close()
