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
PAYOUT_COLUMNS = {
    "merchant_account": "INTEGER",
    "municipality": "INTEGER",
    "subject": "VARCHAR",
    "expected_cents": "BIGINT",
    "fee_cents": "BIGINT",
    "digits": "VARCHAR",
}
BANK_ITEM_COLUMNS = {
    "merchant_account": "INTEGER",
    "municipality": "INTEGER",
    "subject": "VARCHAR",
    "number": "INTEGER",
    "row_class": "VARCHAR",
    "expected_cents": "BIGINT",
    "reported_cents": "BIGINT",
    "fee_cents": "BIGINT",
    "entry": "BIGINT",
    "happened_on": "DATE",
    "waits_until": "DATE",
    "today": "DATE",
}
ENTRY_COLUMNS = {
    "entry": "BIGINT",
    "municipality": "INTEGER",
    "account": "BIGINT",
    "statement_kind": "VARCHAR",
    "amount_cents": "BIGINT",
    "booked_on": "DATE",
    "reference": "VARCHAR",
    "speaks_of_provider": "BOOLEAN",
}
MEMORY = "2500MB"
KEY = "merchant_account, municipality, kind, subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTotal:
    municipality_id: int
    row_class: str
    count: int
    expected_cents: int
    reported_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    totals: tuple[ClassTotal, ...]

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.totals:
            found[one.row_class] = found.get(one.row_class, 0) + one.count
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    municipality_id: int
    about: str
    kept: str
    judged: str


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
    totals = []
    for municipality, name, count, ours, theirs, further, cents in engine.execute(load_sql("audit_totals")).fetchall():
        totals.append(_total(municipality, name, count, ours, theirs))
        if further:
            totals.append(_total(municipality, "duplicate", further, 0, cents))
    return Audit(totals=tuple(totals))


def judge_bank(engine: duckdb.DuckDBPyConnection, *, payouts: Path, items: Path, entries: Path) -> Audit:
    """The totals of payouts by class; leaves the table `judged_bank` in the engine."""
    engine.execute(
        load_sql("audit_judge_bank").format(
            payouts=source_of(payouts, PAYOUT_COLUMNS),
            items=source_of(items, BANK_ITEM_COLUMNS),
            entries=source_of(entries, ENTRY_COLUMNS),
            classify=load_sql("classify").format(today="today"),
        )
    )
    found = engine.execute(load_sql("audit_bank_totals")).fetchall()
    return Audit(totals=tuple(_total(*one) for one in found))


def _total(municipality: int, row_class: str, count: int, ours: int, theirs: int) -> ClassTotal:
    return ClassTotal(
        municipality_id=municipality,
        row_class=row_class,
        count=int(count),
        expected_cents=int(ours),
        reported_cents=int(theirs),
    )


def disagreements(engine: duckdb.DuckDBPyConnection, *, items: Path, most: int = 100) -> list[Disagreement]:
    """Where the items that the database keeps say another class than what was judged."""
    query = load_sql("audit_disagreements").format(key=KEY, items=source_of(items, ITEM_COLUMNS), most=most)
    return _disagreements(engine, query)


def bank_disagreements(engine: duckdb.DuckDBPyConnection, *, entries: Path, most: int = 100) -> list[Disagreement]:
    """The same of payouts: class and cents expected, arrived and kept as fees."""
    query = load_sql("audit_bank_disagreements").format(entries=source_of(entries, ENTRY_COLUMNS), most=most)
    return _disagreements(engine, query)


def _disagreements(engine: duckdb.DuckDBPyConnection, query: str) -> list[Disagreement]:
    return [
        Disagreement(municipality_id=municipality, about=about, kept=kept, judged=judged)
        for municipality, about, kept, judged in engine.execute(query).fetchall()
    ]
