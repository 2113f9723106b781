"""Complete payments per second against what the same server can do for the same durable work.

A payment of two fees: start (saved), page made known (saved; the provider's own answer is not in, because the patron
waits for it and not we), signed callback verified and posted with its receipt, claimed by a worker, account read from
the sandbox Koha over HTTP, attempt saved, credit booked in Koha over HTTP, outcome posted. One producer and 1, 2 or 4
`torget worker` processes of one thread.

The limit is pgbench on the same server in the same run, with as many clients as workers: a script of the same six
commits and the same 25 row changes (5 + 2 + 7 + 2 + 1 + 8), as plain inserts and updates by key in tables without
triggers, foreign keys or second indexes. Everything shares the same two cores, the sandbox too.
"""

import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks.ground import Ground, standing

PAYMENTS = 300
ROUNDS = 3
PGBENCH_SECONDS = 6

_TABLES = """
CREATE TABLE bench_payment (id bigint PRIMARY KEY, state text, next_at timestamptz, detail text);
CREATE TABLE bench_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment bigint, detail text);
INSERT INTO bench_payment SELECT n, 'open', now(), repeat('x', 200) FROM generate_series(1, 100000) n;
"""
_INSERT = "INSERT INTO bench_row (payment, detail) VALUES (:n, repeat('x', 120));\n"
_UPDATE = "UPDATE bench_payment SET state = 'next', next_at = now() WHERE id = :n;\n"


def _commit(inserts: int, updates: int) -> str:
    return "BEGIN;\n" + _UPDATE * updates + _INSERT * inserts + "COMMIT;\n"


SCRIPT = (
    "\\set n random(1, 100000)\n"
    + _commit(5, 0)  # checkout, payment, event, two lines
    + _commit(1, 1)  # payment; event
    + _commit(6, 1)  # payment; event, receipt, message, entry, two postings
    + _commit(1, 1)  # payment; event
    + _commit(1, 0)  # attempt
    + _commit(4, 4)  # payment, two lines, attempt; event, entry, two postings
)


def library_patrons(first: int, count: int) -> list[dict[str, Any]]:
    return [
        {
            "patron_id": number,
            "card_number": f"2638{number:010d}",
            "pin": "1234",
            "given_name": "Åsa",
            "family_name": "Övre",
            "language": "sv",
            "home_branch": "PRV/PK",
            "category": "HENKILO",
            "expires_on": "2028-01-01",
            "fees": [
                {
                    "fee_id": number * 10 + place,
                    "kind": "OVERDUE",
                    "charged_cents": 115,
                    "outstanding_cents": 115,
                    "description": "fee",
                    "incurred_on": "2026-11-01",
                    "branch": "PRV/PK",
                }
                for place in (1, 2)
            ],
        }
        for number in range(first, first + count)
    ]


class Producer:
    """Starts payments and calls back, as the web does, in this process."""

    def __init__(self) -> None:
        from tests.network import AGGREGATE, AGGREGATE_SECRET
        from torget.foundation.people.models import Patron
        from torget.payments.checkout.merchants import load_merchants

        self.account, self.secret = AGGREGATE, AGGREGATE_SECRET
        self.merchants = load_merchants()
        now = datetime.now(UTC)
        self.patron_row, _ = Patron.objects.get_or_create(
            library_system="helle", reference="benchmark", defaults={"first_seen_at": now, "last_seen_at": now}
        )

    def pay(self, number: int) -> None:
        from torget.foundation.core.money import Money
        from torget.payments.checkout.load import load_payment
        from torget.payments.checkout.move import move_payment
        from torget.payments.checkout.receive import receive_message
        from torget.payments.checkout.start import start_checkout
        from torget.payments.core.checkout import Event
        from torget.payments.core.fees import AssessedFee, FeeTypeRule, LegalNature, Payee, PayeeSource
        from torget.payments.core.ports import LibraryFee, PatronIdentity

        rule = FeeTypeRule(
            code="OVERDUE",
            legal_nature=LegalNature.PUBLIC_LAW,
            vat_permille=0,
            ledger_account="3100",
            product_code="OVERDUE",
            is_payable=True,
        )
        payee = Payee(municipality="porvoo", source=PayeeSource.FEE_BRANCH)
        chosen = [
            AssessedFee(
                fee=LibraryFee(
                    reference=str(number * 10 + place), kind="OVERDUE", outstanding=Money(115), charged=Money(115)
                ),
                fee_type=rule,
                payee=payee,
                not_payable=None,
            )
            for place in (1, 2)
        ]
        started = start_checkout(
            library_system="helle",
            patron_id=self.patron_row.id,
            patron=PatronIdentity(reference=str(number), card_number=f"2638{number:010d}"),
            chosen=chosen,
            merchants=self.merchants,
            language="sv",
            email="",
            now=datetime.now(UTC),
        )
        payment = load_payment(started.payment_ids[0])
        move_payment(
            payment=payment,
            event=Event.PAGE_CREATED,
            at=datetime.now(UTC),
            actor="patron",
            provider_reference=str(payment.token)[::-1],
            pay_url="https://pay.example.fi/",
        )
        receive_message(
            token=payment.token,
            message=self._callback(payment.token, payment.reference),
            channel="callback",
            at=datetime.now(UTC),
        )

    def _callback(self, token: UUID, reference: str) -> Any:
        from torget.payments.core.ports import IncomingMessage
        from torget.sandbox.paytrail.hostile import signed_pairs

        parameters = {
            "checkout-account": self.account,
            "checkout-algorithm": "sha256",
            "checkout-amount": "230",
            "checkout-stamp": str(token),
            "checkout-reference": reference,
            "checkout-transaction-id": str(token)[::-1],
            "checkout-status": "ok",
            "checkout-provider": "osuuspankki",
        }
        return IncomingMessage(method="GET", query=tuple(signed_pairs(parameters, self.secret)))


def _registered() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM checkout_payment WHERE state = 'registered'")
        return int(cursor.fetchone()[0])


def payments_per_second(ground: Ground, producer: Producer, *, first: int, workers: int) -> float:
    ground.load_patrons(library_patrons(first, PAYMENTS))
    processes = [subprocess.Popen([sys.executable, "-m", "torget", "worker", "--threads", "1"]) for _ in range(workers)]
    try:
        warm = _registered()
        producer.pay(first)
        while _registered() == warm:  # until the workers have started
            time.sleep(0.05)
        done, started = _registered(), time.perf_counter()
        for number in range(first + 1, first + PAYMENTS):
            producer.pay(number)
        while _registered() < done + PAYMENTS - 1:
            time.sleep(0.01)
        return (PAYMENTS - 1) / (time.perf_counter() - started)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def main() -> None:
    with standing() as ground:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
        producer, first = Producer(), 1
        print("workers  payments/s  pgbench/s  ratio   (medians of", ROUNDS, "rounds)")
        for workers in (1, 2, 4):
            ours, limits = [], []
            for _ in range(ROUNDS):
                limits.append(ground.pgbench(SCRIPT, clients=workers, seconds=PGBENCH_SECONDS))
                ours.append(payments_per_second(ground, producer, first=first, workers=workers))
                first += PAYMENTS
            rate, limit = statistics.median(ours), statistics.median(limits)
            print(f"{workers:7}  {rate:10.0f}  {limit:9.0f}  {rate / limit:5.2f}", flush=True)


if __name__ == "__main__":
    main()
