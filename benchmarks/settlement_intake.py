"""From the file to the class at 10^4, 10^5 and 10^6 rows: taken in, staged, added, compared, booked, and audited.

`python -m benchmarks.settlement_intake [--rows-max N]`. Databases of history_fill.py have as many payments;
the report has nearly every payment of Porvoo, in settlements of a thousand, with a few that differ, and the bank has
every payout. All is done by the product's own functions, in one process whose peak memory is told.

Limits: tenfold rows take at most 15 times as long in every step that takes longer than two seconds, and no more than
500 MB besides what DuckDB takes in the audit.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from benchmarks.ground import SETTINGS, standing
from benchmarks.history import FILLING, close_connections, use_database
from benchmarks.history_fill import fill

ROWS_MAX = 1_000_000
GROWTH_MAX, SECONDS_MIN, MEGABYTES_MAX = 15.0, 2.0, 500.0
ROWS_IN_A_SETTLEMENT = 1000
IBAN = "FI2112345600000785"
_HEADING = (
    "entryDate;created;amount;status;reference;paymentMethod;stamp;checkoutReference;settlementId;settlementDate;"
    "settlementReference;originalTradeReference;paymentMethodFee;paymentMethodCommission;shopInShopCommission\n"
)
_PAYMENTS = """
SELECT row_number() OVER (ORDER BY p.id), p.token::text, p.amount_cents, p.provider_reference,
    (p.paid_at AT TIME ZONE 'Europe/Helsinki')::date
FROM checkout_payment p JOIN cooperations_municipality m ON m.id = p.municipality_id
WHERE m.slug = 'porvoo' AND p.id % 100 > 0 ORDER BY p.id
"""


def report(url: str, payouts: dict[int, int]) -> Iterator[bytes]:
    """One in a thousand is missing, has another amount, or is nobody's; `payouts` gets what each settlement sums to."""
    yield _HEADING.encode()
    with psycopg.connect(url) as connection, connection.cursor("payments") as cursor:
        cursor.itersize = 20_000
        cursor.execute(_PAYMENTS)
        lines = []
        for number, token, cents, reference, day in cursor:
            if number % 1000 == 1:
                continue
            settlement = number // ROWS_IN_A_SETTLEMENT
            amount = cents + (number % 1000 == 2)
            names = f"{token};{reference}" if number % 1000 != 3 else f"stranger-{number};stranger-{number}"
            payouts[settlement] = payouts.get(settlement, 0) + amount - 35
            lines.append(
                f"{day:%d-%m-%Y};12:00;{amount / 100:.2f};Paid and settled;;osuuspankki;{names};"
                f"{settlement};{day:%d-%m-%Y};9{settlement:08d};;0.35;0;0\n"
            )
            if len(lines) == 10_000:
                yield "".join(lines).encode()
                lines = []
        yield "".join(lines).encode()


def bank_file(payouts: dict[int, int], day: datetime) -> bytes:
    from torget.sandbox.bank.camt import Entry, Statement, Transaction, camt

    entries = tuple(
        Entry(
            archive_id=f"A{settlement}",
            booked_on=day.date(),
            transactions=(Transaction(amount_cents=cents, reference=f"9{settlement:08d}", message="Paytrail tilitys"),),
        )
        for settlement, cents in payouts.items()
    )
    statement = Statement(
        iban=IBAN, statement_id="1", sequence_number=1, day=day.date(), opening_cents=0, entries=entries
    )
    return camt([statement])


def _sources() -> tuple[Any, Any]:
    from torget.foundation.cooperations.models import Municipality
    from torget.payments.checkout.models import SubMerchant
    from torget.payments.settlement.models import BankAccount
    from torget.payments.settlement.take_in import Source

    porvoo = Municipality.objects.get(slug="porvoo")
    part = SubMerchant.objects.select_related("merchant_account").get(municipality=porvoo)
    BankAccount.objects.get_or_create(
        iban=IBAN, defaults={"municipality": porvoo, "added_at": datetime.now(UTC), "added_by": "benchmark"}
    )
    own = Source(municipality=porvoo, account=part.merchant_account, sub_merchant=part.identifier)
    return own, Source(municipality=porvoo)


def measure(url: str, rows: int) -> dict[str, float]:
    """Seconds by step."""
    from django.db import connection

    from torget.payments.settlement.audit.audit import audit_settlements
    from torget.payments.settlement.models import SettlementFile
    from torget.payments.settlement.read_file import read_settlement_file
    from torget.payments.settlement.reconcile import reconcile_account
    from torget.payments.settlement.storage import store_file
    from torget.payments.settlement.take_in import take_in_file

    seconds: dict[str, float] = {}
    now = datetime.now(UTC)

    def timed(step: str, do: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        made = do()
        seconds[step] = time.perf_counter() - started
        return made

    own, bank = _sources()
    payouts: dict[int, int] = {}

    def take_in(source: Any, pieces: Iterator[bytes], name: str) -> int:
        file, _ = take_in_file(
            source=source,
            stored=store_file(pieces),
            format_name=name,
            name=name,
            received_by="benchmark",
            channel=SettlementFile.Channel.UPLOADED,
            at=now,
        )
        return int(file.pk)

    def read(file_id: int) -> None:
        if read_settlement_file(file_id=file_id, clock=lambda: now) != SettlementFile.State.READ:
            raise RuntimeError(SettlementFile.objects.get(pk=file_id).report)

    file_id = timed("take in", lambda: take_in(own, report(url, payouts), "paytrail-csv-signed"))
    timed("read", lambda: read(file_id))
    read(take_in(bank, iter([bank_file(payouts, now + timedelta(days=1))]), "camt"))
    run = timed(
        "compare, book",
        lambda: reconcile_account(account=own.account, clock=lambda: now, started_by="benchmark"),
    )
    timed("compare again", lambda: reconcile_account(account=own.account, clock=lambda: now, started_by="benchmark"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    audit = timed("audit", lambda: audit_settlements(at=now))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_class, count(*) FROM settlement_item GROUP BY 1 ORDER BY 1")
        counts = dict(cursor.fetchall())
    shown = "  ".join(f"{step} {took:.1f} s" for step, took in seconds.items())
    print(f"{rows:>10,} rows  {shown}  peak {memory:.0f} MB  booked {run.booked:,}\n{'':16} {counts}", flush=True)
    if audit.disagreements:
        raise RuntimeError(audit.disagreements[:5])
    if memory > MEGABYTES_MAX:
        raise RuntimeError(f"{memory:.0f} MB")
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.settlement_intake", description=__doc__)
    parser.add_argument("--rows-max", type=int, default=ROWS_MAX)
    options = parser.parse_args()
    sizes = [size for size in (10_000, 100_000, 1_000_000) if size <= options.rows_max]
    holds, before = True, dict[str, float]()
    with standing(settings=SETTINGS | FILLING) as ground:
        from django.db import connections

        connections.close_all()
        for size in sizes:
            url = ground.postgres.url(f"history_{size}", "torget")
            with psycopg.connect(ground.postgres.admin_url(), autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE history_{size} TEMPLATE torget")
            fill(url, size * 100 // 80)
            use_database(size)
            seconds = measure(url, size)
            for step in seconds.keys() & before.keys():
                growth = seconds[step] / before[step]
                if seconds[step] > SECONDS_MIN and growth > GROWTH_MAX:
                    holds = False
            if before:
                print(f"{'':16} times: {', '.join(f'{step} {seconds[step] / before[step]:.1f}' for step in seconds)}")
            before = seconds
        close_connections()
    print(f"tenfold rows take at most {GROWTH_MAX:.0f} times as long: {'holds' if holds else 'DOES NOT HOLD'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
