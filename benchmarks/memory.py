"""Memory of the web and the worker while 10^5 requests and 4,000 payments go through them: it must not grow.

`python -m benchmarks.memory [--requests N] [--minutes-max N]`. Granian with one process (as `torget web` starts each)
and one `torget worker` over a durable database and the sandbox Koha; three browsers ask for the sign-in page (five of
ten), the page of a checkout (three), the list of fees (one) and the health page (one); after every 25 requests one
payment is started and called back, which the worker registers. Every tenth of the way the resident memory is read.

Limit: after the first three tenths, which fill caches and pools, the line through the samples rises by at most 1 MiB
for 10^4 requests: about 100 bytes a request, below which it cannot be told from the allocator's own play.
"""

import argparse
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.browser import Browser
from benchmarks.complete_payments import Producer, library_patrons
from benchmarks.fee_page import web
from benchmarks.ground import Ground, standing

REQUESTS = 100_000
MINUTES_MAX = 15.0
SAMPLES = 10
WARM_UP_SAMPLES = 3
BROWSERS = 3
PAYMENT_EVERY = 25
GROWTH_MAX_MIB = 1.0
_PATHS = ("/", "checkout", "/", "/fees/", "checkout", "/", "/health/", "/", "checkout", "/")


def resident_mib(pid: int) -> float:
    """Of the process and its children: granian's own work is done in a child."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return int(line.split()[1]) / 1024 + sum(resident_mib(int(child)) for child in children)


@contextmanager
def worker() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "torget", "worker"])
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@dataclass
class Payments:
    """Starts one payment after another, from whichever thread asks, and knows the last checkout's page."""

    ground: Ground
    producer: Producer
    number: int = 0
    checkout: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start_one(self) -> None:
        from torget.payments.checkout.models import Checkout

        with self._lock:
            if self.number % 500 == 0:
                self.ground.load_patrons(library_patrons(self.number + 1, 500))
            self.number += 1
            self.producer.pay(self.number)
            token = Checkout.objects.order_by("-id").values_list("token", flat=True)[0]
            self.checkout = f"/checkout/{token}/"


def browse(url: str, card_number: str, requests: int, payments: Payments) -> None:
    browser = Browser(url)
    browser.sign_in(card_number, "1234")
    # Without cookies, because a patron who is signed in is sent on from the sign-in page.
    stranger = Browser(url)
    for number in range(requests):
        if number % PAYMENT_EVERY == 0:
            payments.start_one()
        path = _PATHS[number % len(_PATHS)]
        who = stranger if path == "/" else browser
        page = who.get(payments.checkout if path == "checkout" else path)
        stranger.cookies.clear()
        assert page.status == 200, f"{path}: {page.status}"


def in_threads(url: str, cards: list[str], requests: int, payments: Payments) -> None:
    failures: list[BaseException] = []

    def run(card: str) -> None:
        from django.db import connection

        try:
            browse(url, card, requests // len(cards), payments)
        except BaseException as failure:  # noqa: BLE001 - raised again by the main thread
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(card,)) for card in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def growth_mib(samples: list[float], requests_apart: int) -> float:
    """The least-squares line through the samples after the warm-up, for 10^4 requests."""
    after = samples[WARM_UP_SAMPLES - 1 :]
    return statistics.linear_regression(range(len(after)), after).slope * 10_000 / requests_apart


def _registered() -> int:
    from torget.payments.checkout.models import Payment

    return Payment.objects.filter(state="registered").count()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--minutes-max", type=float, default=MINUTES_MAX)
    options = parser.parse_args()
    step = options.requests // SAMPLES
    web_mib: list[float] = []
    worker_mib: list[float] = []
    with standing() as ground, web("torget.config.wsgi:application") as (url, web_pid), worker() as worker_pid:
        patrons = library_patrons(90_000_001, BROWSERS)
        ground.load_patrons(patrons)
        cards = [str(patron["card_number"]) for patron in patrons]
        payments, started = Payments(ground, Producer()), time.monotonic()
        print(" requests  payments  web MiB  worker MiB  seconds")
        for number in range(1, SAMPLES + 1):
            in_threads(url, cards, step, payments)
            web_mib.append(resident_mib(web_pid))
            worker_mib.append(resident_mib(worker_pid))
            seconds = time.monotonic() - started
            print(
                f"{number * step:9,}{_registered():10,}{web_mib[-1]:9.1f}{worker_mib[-1]:12.1f}{seconds:9.0f}",
                flush=True,
            )
            if seconds > options.minutes_max * 60:
                print("stopped: the time is up")
                break
        return report(web_mib, worker_mib, step)


def report(web_mib: list[float], worker_mib: list[float], step: int) -> int:
    if len(web_mib) < WARM_UP_SAMPLES + 2:
        print("too few samples to tell")
        return 1
    growths = {"web": growth_mib(web_mib, step), "worker": growth_mib(worker_mib, step)}
    for name, growth in growths.items():
        print(f"{name}: {growth:+.2f} MiB for 10,000 requests after the warm-up")
    holds = all(growth <= GROWTH_MAX_MIB for growth in growths.values())
    print(f"limit {GROWTH_MAX_MIB} MiB: {'holds' if holds else 'BROKEN'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
