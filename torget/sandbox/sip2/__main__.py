"""Start the sandbox as a process of its own: `python -m torget.sandbox.sip2 --port 6001 --state sip2.sqlite`."""

import argparse
import contextlib
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from torget.sandbox.helle import helle_population
from torget.sandbox.sip2.books import Books
from torget.sandbox.sip2.faults import Fault
from torget.sandbox.sip2.server import Sip2Sandbox
from torget.sandbox.sip2.settings import Sip2Settings


class _Ended(BaseException):
    """SIGTERM came."""


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise _Ended


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m torget.sandbox.sip2", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="on loopback; 0 takes a free one")
    parser.add_argument("--state", required=True, help="SQLite file that keeps the books between starts")
    parser.add_argument("--population", choices=["helle"], help="fill empty books with Helle's invented patrons")
    parser.add_argument("--itemised", action="store_true", help="a modern Koha: UTF-8, fee lines with ids, CG obeyed")
    parser.add_argument("--fee-line", help="form of the fee lines instead, such as '{id} ${amount} \"FINE\" {text}'")
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        metavar="FAULT:PROBABILITY",
        help="a fault of payments by chance, such as drop_after:0.05; may be repeated",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the faults by chance")
    options = parser.parse_args(arguments)
    settings = Sip2Settings(encoding="utf-8", itemises=True) if options.itemised else Sip2Settings()
    if options.fee_line:
        settings.fee_line, settings.itemises, settings.encoding = options.fee_line, True, "utf-8"
    books = Books(options.state)
    if options.population == "helle" and books.is_empty():
        books.load(helle_population().patrons)
    signal.signal(signal.SIGTERM, _end)
    with Sip2Sandbox(books=books, settings=settings, port=options.port) as server:
        for fault, _, probability in (given.partition(":") for given in options.fail):
            server.faults.fail_by_chance(Fault(fault), probability=float(probability), seed=options.seed)
        sys.stdout.write(f"SIP2 sandbox on 127.0.0.1:{server.port}\n")
        sys.stdout.flush()
        with contextlib.suppress(_Ended, KeyboardInterrupt):
            server.serve_forever()
        server.hang_up()
    books.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
