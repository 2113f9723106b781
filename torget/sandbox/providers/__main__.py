"""Run the sandboxes of several providers as one process, each below its own name.

`python -m torget.sandbox.providers --port 4556 --state-folder . --merchants merchants.json --shop http://127.0.0.1:8000`
A provider is a folder beside this one with a `vendor.py`; those run that have merchants in the file.
"""

import argparse
import contextlib
import importlib
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from torget.sandbox.providers.merchants import read_merchants
from torget.sandbox.providers.sandbox import ProviderSandbox
from torget.sandbox.providers.vendor import Vendor
from torget.sandbox.server import make_http_server


def vendor_named(name: str) -> Vendor:
    vendor: Vendor = importlib.import_module(f"torget.sandbox.{name}.vendor").VENDOR
    return vendor


@contextlib.contextmanager
def side_by_side(
    merchants: Path, *, shop: str, state_folder: Path | None = None, is_http_allowed: bool = False
) -> Iterator[DispatcherMiddleware]:
    """Those that have merchants in the file, each below its name; without a folder their state ends with them."""
    with contextlib.ExitStack() as running:
        mounted: dict[str, Any] = {
            f"/{name}": running.enter_context(
                ProviderSandbox(
                    vendor_named(name),
                    path=str(state_folder / f"{name}.sqlite") if state_folder else ":memory:",
                    merchants=accounts,
                    is_http_allowed=is_http_allowed,
                )
            )
            for name, accounts in read_merchants(merchants, shop=shop).items()
        }
        # The root answers, so that whoever starts this can see that it is ready.
        yield DispatcherMiddleware(Response(" ".join(mounted)), mounted)


def main() -> None:
    parser = argparse.ArgumentParser(prog="torget.sandbox.providers", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--state-folder", type=Path, required=True, help="of the SQLite files that survive restarts")
    parser.add_argument("--merchants", type=Path, required=True, help="JSON of merchants by provider")
    parser.add_argument("--shop", default="", help="the address that stands for {shop} in the merchants")
    parser.add_argument("--allow-http", action="store_true", help="accept http addresses of the shop")
    wishes = parser.parse_args()
    with side_by_side(
        wishes.merchants, shop=wishes.shop, state_folder=wishes.state_folder, is_http_allowed=wishes.allow_http
    ) as application:
        server = make_http_server(application, wishes.port)

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
