"""Match and classify two exports with DuckDB: our ledger's rows and the provider's, by the classes of classify.sql.

It reads files and knows nothing of the database, so it is a second opinion on what the incremental runs have kept.
Duplicates are counted by aggregation and not by sorting, so that ten million rows stay within the memory that is given.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from torget.payments.settlement.statements import load_sql

LEDGER_COLUMNS = {
    "merchant_account": "INTEGER",
    "municipality": "INTEGER",
    "kind": "VARCHAR",
    "subject": "UUID",
    "expected_cents": "BIGINT",
    "waits_until": "DATE",
    "today": "DATE",
}
RECORD_COLUMNS = {
    "merchant_account": "INTEGER",
    "municipality": "INTEGER",
    "kind": "VARCHAR",
    "subject": "UUID",
    "record": "BIGINT",
    "reported_cents": "BIGINT",
    "fee_cents": "BIGINT",
    "expected_fee_cents": "BIGINT",
    "later_fee_cents": "BIGINT",
}
ITEM_COLUMNS = {
    "merchant_account": "INTEGER",
    "municipality": "INTEGER",
    "kind": "VARCHAR",
    "subject": "UUID",
    "row_class": "VARCHAR",
    "times": "BIGINT",
}
MEMORY = "2500MB"
KEY = "merchant_account, municipality, kind, subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTotal:
    row_class: str
    count: int
    expected_cents: int
    reported_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    totals: tuple[ClassTotal, ...]

    def counts(self) -> dict[str, int]:
        return {one.row_class: one.count for one in self.totals if one.count}


def connect(*, memory: str = MEMORY, folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Within so much memory; what does not fit goes to the folder."""
    engine = duckdb.connect()
    engine.execute(f"SET memory_limit = '{memory}'")
    engine.execute("SET preserve_insertion_order = false")
    if folder is not None:
        engine.execute("SET temp_directory = ?", [str(folder)])
    return engine


def source_of(path: Path, columns: dict[str, str]) -> str:
    """A table function over a file of ours: Parquet, or CSV with a heading."""
    quoted = str(path).replace("'", "''")
    if path.suffix == ".parquet":
        return f"read_parquet('{quoted}')"
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return f"read_csv('{quoted}', header = true, auto_detect = false, delim = ',', quote = '\"', columns = {{{types}}})"


def judge(engine: duckdb.DuckDBPyConnection, *, ledger: Path, records: Path) -> Audit:
    """The totals by class; leaves the view `judged` in the engine, one row a key."""
    engine.execute(
        load_sql("audit_judge").format(
            key=KEY,
            ledger=source_of(ledger, LEDGER_COLUMNS),
            records=source_of(records, RECORD_COLUMNS),
            classify=load_sql("classify").format(today="today"),
        )
    )
    rows = engine.execute(load_sql("audit_totals")).fetchall()
    totals = [
        ClassTotal(row_class=name, count=int(count), expected_cents=int(ours), reported_cents=int(theirs))
        for name, count, ours, theirs, _, _ in rows
    ]
    further, cents = sum(int(row[4]) for row in rows), sum(int(row[5]) for row in rows)
    if further:
        totals.append(ClassTotal(row_class="duplicate", count=further, expected_cents=0, reported_cents=cents))
    return Audit(totals=tuple(sorted(totals, key=lambda one: one.row_class)))


def disagreements(engine: duckdb.DuckDBPyConnection, *, items: Path, most: int = 100) -> list[tuple[str, str, str]]:
    """Where the items that the database keeps say another class than what was judged: subject, kept, judged."""
    query = load_sql("audit_disagreements").format(key=KEY, items=source_of(items, ITEM_COLUMNS), most=most)
    return engine.execute(query).fetchall()
