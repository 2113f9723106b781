"""Run the sandbox as a process: `python -m torget.sandbox.paytrail --port 4555 --state paytrail.sqlite`."""

import argparse
import signal
import sys
import threading
import time
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
    parser.add_argument("--speed", type=float, help="seconds of the sandbox in one real second")
    parser.add_argument("--days-ago", type=int, default=0, help="where the clock of new books begins")
    wishes = parser.parse_args()
    is_new = wishes.state == ":memory:" or not Path(wishes.state).exists()
    start_at = time.time() - 86_400 * wishes.days_ago if wishes.days_ago and is_new else None
    merchants = read_merchants(wishes.merchants) if wishes.merchants else built_in_merchants()
    with PaytrailSandbox(
        path=wishes.state,
        merchants=merchants,
        is_http_allowed=wishes.allow_http,
        speed=wishes.speed,
        start_at=start_at,
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
