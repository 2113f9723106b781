"""The full re-audit at 10^4 … 10^7 settlement rows against as many ledger rows, read from CSV exports.

`python -m benchmarks.reconcile_at_size [--rows-max N] [--runs N]`. Both exports are made with every class in them, and
matched and classified by the product's own `judge` (`torget audit_settlements` does just this after its exports). In
the same run and on the same files the bare engine does the same join: read, group the provider's rows, join in full,
count. Each is a process of its own, so that its peak memory is its own; medians of the runs, by turns.

Limits: at 10^7 rows at most 15 seconds and 3 GB; at least half the speed of the bare engine; from 10^6 to 10^7 rows not
more than 12 times the time. The counts must be exactly those that the exports were made with.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from torget.payments.settlement.audit.engine import KEY, LEDGER_COLUMNS, RECORD_COLUMNS, connect, judge, source_of

ROWS_MAX = 10_000_000
RUNS = 3
SECONDS_MAX, GIGABYTES_MAX, RATIO_MIN, GROWTH_MAX = 15.0, 3.0, 0.5, 12.0
# Of every thousand payments 2 are missing there, 3 wait, 1 has another amount, 2 another fee, and 1 is reported twice;
# and the provider has one more that we never heard of.
_LEDGER = """
COPY (
    SELECT 1 AS merchant_account, 1 + n % 12 AS municipality, 'payment' AS kind, md5(n::VARCHAR)::UUID AS subject,
        100 + n % 5000 AS expected_cents,
        CASE WHEN n % 1000 < 3 THEN DATE '2026-12-02' ELSE DATE '2026-11-20' END AS waits_until,
        DATE '2026-11-28' AS today
    FROM range({rows}) t (n)
) TO '{path}' (FORMAT csv, HEADER)
"""
_RECORDS = """
COPY (
    SELECT 1 AS merchant_account, 1 + n % 12 AS municipality, 'payment' AS kind,
        md5(CASE WHEN extra = 'stranger' THEN 'x' || n ELSE n::VARCHAR END)::UUID AS subject,
        n * 2 + (extra = 'twice')::INT AS record,
        100 + n % 5000 + CASE WHEN n % 1000 = 5 THEN 1 ELSE 0 END AS reported_cents,
        35 + CASE WHEN n % 1000 IN (6, 7) THEN 1 ELSE 0 END AS fee_cents, 35 AS expected_fee_cents,
        NULL AS later_fee_cents
    FROM (
        SELECT n, '' AS extra FROM range({rows}) t (n) WHERE n % 1000 > 4
        UNION ALL SELECT n, 'twice' FROM range({rows}) t (n) WHERE n % 1000 = 8
        UNION ALL SELECT n, 'stranger' FROM range({rows}) t (n) WHERE n % 1000 = 9
    )
) TO '{path}' (FORMAT csv, HEADER)
"""
_BARE = """
SELECT count(*) FILTER (WHERE cents IS NULL), count(*) FILTER (WHERE expected_cents IS NULL),
    count(*) FILTER (WHERE cents <> expected_cents), count(*) FILTER (WHERE cents = expected_cents), sum(times - 1)
FROM (SELECT {key}, expected_cents FROM {ledger}) ours
FULL JOIN (SELECT {key}, count(*) AS times, min(reported_cents) AS cents FROM {records} GROUP BY {key}) theirs
    USING ({key})
"""


def expected_counts(rows: int) -> dict[str, int]:
    thousands = rows // 1000
    return {
        "amount_differs": thousands,
        "duplicate": thousands,
        "fee_differs": 2 * thousands,
        "matched": rows - 8 * thousands,
        "missing_here": thousands,
        "missing_there": 2 * thousands,
        "waiting": 3 * thousands,
    }


def make_exports(folder: Path, rows: int) -> None:
    engine = duckdb.connect()
    engine.execute("SET memory_limit = '1500MB'")
    for name, query in (("ledger", _LEDGER), ("records", _RECORDS)):
        engine.execute(query.format(rows=rows, path=folder / f"{name}.csv"))
    engine.close()


def once(what: str, folder: Path) -> None:
    """In a process of its own: do it, and tell seconds, peak memory and counts."""
    ledger, records = folder / "ledger.csv", folder / "records.csv"
    counts: dict[str, int] = {}
    began = time.perf_counter()
    engine = connect(folder=folder)
    if what == "torget":
        counts = judge(engine, ledger=ledger, records=records).counts()
    else:
        query = _BARE.format(
            key=KEY, ledger=source_of(ledger, LEDGER_COLUMNS), records=source_of(records, RECORD_COLUMNS)
        )
        engine.execute(query).fetchall()
    seconds = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "seconds": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "gigabytes": usage.ru_maxrss / 1e6,
        "counts": counts,
    }
    print(json.dumps(told))


def measure(what: str, folder: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.reconcile_at_size", "--once", what, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, object] = json.loads(done.stdout)
    return told


def median(told: list[dict[str, object]], name: str) -> float:
    return statistics.median(float(str(one[name])) for one in told)


def at_size(rows: int, runs: int) -> tuple[float, bool]:
    """Median seconds of the product at this size, and whether the limits that hold at every size hold."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_exports(folder, rows)
        ours, bare = [], []
        for _ in range(runs):
            ours.append(measure("torget", folder))
            bare.append(measure("bare", folder))
    seconds, bare_seconds = median(ours, "seconds"), median(bare, "seconds")
    memory, ratio = max(float(str(one["gigabytes"])) for one in ours), bare_seconds / seconds
    right = all(one["counts"] == expected_counts(rows) for one in ours)
    cpu, bare_cpu = median(ours, "cpu"), median(bare, "cpu")
    print(
        f"{rows:>10,} rows  {seconds:7.2f} s ({cpu:.2f} s CPU)  {memory:5.2f} GB   bare engine {bare_seconds:6.2f} s "
        f"({bare_cpu:.2f} s CPU)   ratio {ratio:.2f}   counts {'right' if right else 'WRONG'}",
        flush=True,
    )
    # Below a million rows the start of the process is most of it.
    return seconds, right and (rows < 1_000_000 or ratio >= RATIO_MIN) and memory <= GIGABYTES_MAX


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows-max", type=int, default=ROWS_MAX)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--once", choices=("torget", "bare"))
    parser.add_argument("--folder", type=Path)
    wishes = parser.parse_args()
    if wishes.once:
        once(wishes.once, wishes.folder)
        return 0
    sizes = [size for size in (10_000, 100_000, 1_000_000, 10_000_000) if size <= wishes.rows_max]
    found = {size: at_size(size, wishes.runs) for size in sizes}
    holds = all(good for _, good in found.values())
    if 10_000_000 in found:
        growth = found[10_000_000][0] / found[1_000_000][0]
        print(f"10^7 rows take {growth:.1f} times as long as 10^6 (at most {GROWTH_MAX:.0f})")
        holds = holds and growth <= GROWTH_MAX and found[10_000_000][0] <= SECONDS_MAX
    print("holds" if holds else "DOES NOT HOLD")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
