"""Run the sandbox as a process: `python -m torget.sandbox.paytrail --port 4555 --state paytrail.sqlite`."""

import argparse
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

from torget.sandbox.paytrail.merchants import built_in_merchants, read_merchants
from torget.sandbox.paytrail.sandbox import PaytrailSandbox
from torget.sandbox.server import make_http_server


def main() -> None:
    parser = argparse.ArgumentParser(prog="torget.sandbox.paytrail", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--state", default=":memory:", help="SQLite file that survives restarts")
    parser.add_argument("--merchants", type=Path, help="JSON list of further merchants")
    parser.add_argument("--allow-http", action="store_true", help="accept http addresses of the shop")
    parser.add_argument(
        "--start-at", type=datetime.fromisoformat, help="the sandbox's own time at the very first start"
    )
    parser.add_argument("--speed", type=float, help="seconds of the sandbox in one real second")
    wishes = parser.parse_args()
    merchants = read_merchants(wishes.merchants) if wishes.merchants else built_in_merchants()
    is_first = wishes.state == ":memory:" or not Path(wishes.state).exists()
    with PaytrailSandbox(
        path=wishes.state,
        merchants=merchants,
        is_http_allowed=wishes.allow_http,
        speed=wishes.speed,
        start_at=wishes.start_at.timestamp() if wishes.start_at and is_first else None,
    ) as sandbox:
        server = make_http_server(sandbox, wishes.port)

        def stop(*_: object) -> None:
            # From another thread, because `shutdown` waits for the loop that this handler interrupts.
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
        server.server_close()


if __name__ == "__main__":
    main()
