"""Start several processes, watch them, and end every one of them."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10


class ProcessEnded(Exception):
    """A process that should go on has ended; the message says which."""


class Processes:
    """Children of this process only; each is ended by its own id."""

    def __init__(self, environment: Mapping[str, str], logs: Path | None = None) -> None:
        self.environment = {**os.environ, **environment}
        self.logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        """Start `python -m …`; its output goes to the log folder, or stays with ours."""
        output = (self.logs / f"{name}.log").open("ab") if self.logs else None
        # A session of its own keeps Ctrl-C for us, so that we end the children in order.
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        if output:
            output.close()

    def wait_until_ready(self, url: str) -> None:
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            self.check()
            try:
                with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.05)
        raise ProcessEnded(f"{url} does not answer")

    def check(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ProcessEnded(f"{name} ended with code {process.returncode}")

    def watch(self) -> None:
        """Return when told to stop by Ctrl-C or SIGTERM; raise ProcessEnded when a child ends by itself."""
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        while not stopped:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        """End the newest first: the web before the sandboxes that it talks to."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self._running.values()):
            try:
                process.wait(timeout=STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
