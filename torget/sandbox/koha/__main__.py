"""Run the sandbox as a process: python -m torget.sandbox.koha --port 8901 --state koha.sqlite --population helle."""

import argparse
import signal
import threading
from datetime import UTC, datetime

from torget.sandbox.helle import helle_population
from torget.sandbox.helle_newcomer import newcomer_population
from torget.sandbox.koha.app import SandboxKoha
from torget.sandbox.koha.settings import KohaSettings
from torget.sandbox.server import make_http_server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m torget.sandbox.koha")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", default=":memory:", help="file of the books; they survive a restart")
    parser.add_argument("--population", choices=["helle"], help="fill empty books with Helle's invented patrons")
    parser.add_argument("--suomi", action="store_true", help="Koha-Suomi's older payment instead of credits")
    arguments = parser.parse_args()

    koha = SandboxKoha(path=arguments.state, settings=KohaSettings(is_suomi=arguments.suomi))
    if arguments.population == "helle" and koha.store.is_empty():
        koha.load(helle_population())
        koha.load(newcomer_population(datetime.now(UTC).date()))
    server = make_http_server(koha, arguments.port)

    def stop(*_: object) -> None:
        # shutdown() waits for the serving loop, which runs in this very thread, so another one has to call it.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201
    server.serve_forever()
    server.server_close()
    koha.close()


if __name__ == "__main__":
    main()
