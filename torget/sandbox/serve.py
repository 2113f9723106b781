"""Run a sandbox of debts as a process: its books in a file, Helle's invented patrons in them if they are empty."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from torget.sandbox.helle import helle_population
from torget.sandbox.server import make_http_server


def run(module: str, make: Callable[[str], Any]) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--state", default=":memory:", help="file of the books; they survive a restart")
    parser.add_argument("--population", choices=["helle"], help="fill empty books with Helle's invented patrons")
    options = parser.parse_args()
    sandbox = make(options.state)
    if options.population == "helle" and sandbox.books.is_empty():
        sandbox.load(helle_population())
    server = make_http_server(sandbox, options.port)

    def stop(*_: object) -> None:
        # shutdown() waits for the serving loop, which runs in this very thread, so another one has to call it.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
    sandbox.close()
