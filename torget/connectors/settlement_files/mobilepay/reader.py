"""Vipps MobilePay: the funds ledger of a sales unit in CSV.

The headings are the field names of the vendor's Report API (amounts in cents); what the business portal writes in
Finnish is NOT known and would be a second column map with amounts in euros. Entry types may appear without notice:
what counts is what an amount does to the balance, and `balanceBefore` + `amount` = `balanceAfter` is checked.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from torget.connectors.delimited import Columns, Row, read_table
from torget.foundation.core.money import Money
from torget.payments.core.settlement import Finding, Problem, RowKind, SettlementRow

COLUMNS: Columns = {
    "provider_reference": ("pspReference",),
    "time": ("time",),
    "ledger_date": ("ledgerDate",),
    "entry_type": ("entryType",),
    "stamp": ("reference",),
    "currency": ("currency",),
    "amount_cents": ("amount",),
    "before_cents": ("balanceBefore",),
    "after_cents": ("balanceAfter",),
}

KINDS: Mapping[str, RowKind] = {
    "capture": RowKind.PAYMENT,
    "refund": RowKind.REFUND,
    "fees-retained": RowKind.FEE,
    "capture-fee": RowKind.FEE,
    "payout-scheduled": RowKind.PAYOUT,
    "scheduled-for-payout": RowKind.PAYOUT,
    "payout-aborted": RowKind.PAYOUT,
    "retained-disputed-capture": RowKind.CHARGEBACK,
    "returned-disputed-capture": RowKind.ADJUSTMENT,
    "correction": RowKind.ADJUSTMENT,
    "credit-note": RowKind.ADJUSTMENT,
    "top-up": RowKind.ADJUSTMENT,
}


class MobilePayLedgerCsv:
    def read(self, source: BinaryIO) -> Iterator[SettlementRow | Finding]:
        required = ("provider_reference", "entry_type", "stamp", "currency", "amount_cents")
        for row in read_table(source, columns=COLUMNS, required=required):
            if row["entry_type"] not in KINDS:
                yield Finding(problem=Problem.UNKNOWN_KIND, line=row.line, detail=row["entry_type"][:40])
            yield _read_row(row)


def _read_row(row: Row) -> SettlementRow:
    if row["currency"] != "EUR":
        raise row.refuse(Problem.WRONG_CURRENCY, row["currency"][:3])
    amount = _cents(row, "amount_cents")
    if row["before_cents"] and row["after_cents"]:
        before, after = _cents(row, "before_cents"), _cents(row, "after_cents")
        if before + amount != after:
            raise row.refuse(Problem.UNREADABLE_ROW, f"{before} + {amount} = {after}")
    kind = KINDS.get(row["entry_type"], RowKind.ADJUSTMENT)
    is_payout = kind is RowKind.PAYOUT
    day = row.day("ledger_date") or row.day("time")
    return SettlementRow(
        line=row.line,
        kind=kind,
        amount=amount,
        # A refund has the reference of its payment: the same stamp may then stand on several rows.
        stamp=row["stamp"] if kind is RowKind.PAYMENT else "",
        provider_reference=row["provider_reference"],
        refunded_payment=row["stamp"] if kind in {RowKind.REFUND, RowKind.CHARGEBACK} else "",
        entry_on=day,
        settlement_id=row["provider_reference"] if is_payout else "",
        settlement_reference=row["stamp"] if is_payout else "",
        settled_on=day if is_payout else None,
    )


def _cents(row: Row, name: str) -> Money:
    exact = row.euros(name)
    if not row[name] or exact != exact.to_integral_value():
        raise row.refuse(Problem.UNREADABLE_ROW, f"{name}: {row[name][:40]}")
    return Money(int(exact))
