"""Stripe: the itemised payout reconciliation report in CSV (`payout_reconciliation.itemized`).

Amounts are in euros with a dot. `gross` is signed from the account's view, `fee` is what Stripe takes, and
`net` = `gross` - `fee`, which is checked. Headings as in the vendor's documentation of its report types.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

from torget.connectors.delimited import Columns, Row, read_table
from torget.foundation.core.money import ZERO
from torget.payments.core.settlement import Finding, Problem, RowKind, SettlementRow

COLUMNS: Columns = {
    "category": ("reporting_category",),
    "gross": ("gross",),
    "fee": ("fee",),
    "net": ("net",),
    "currency": ("currency",),
    "balance_transaction": ("balance_transaction_id",),
    "source": ("source_id",),
    "charge": ("charge_id",),
    "payment_intent": ("payment_intent_id",),
    "created": ("created", "created_utc"),
    "payout": ("automatic_payout_id",),
    "paid_out_on": ("automatic_payout_effective_at", "automatic_payout_effective_at_utc"),
    "payout_reference": ("trace_id",),
    "method": ("payment_method_type",),
    "stamp": ("payment_metadata[stamp]",),
    "refund_stamp": ("refund_metadata[stamp]",),
}

KINDS: Mapping[str, RowKind] = {
    "charge": RowKind.PAYMENT,
    "refund": RowKind.REFUND,
    "partial_capture_reversal": RowKind.REFUND,
    "dispute": RowKind.CHARGEBACK,
    "dispute_reversal": RowKind.ADJUSTMENT,
    "refund_failure": RowKind.ADJUSTMENT,
    "charge_failure": RowKind.REFUND,
    "fee": RowKind.FEE,
    "network_cost": RowKind.FEE,
    "payout": RowKind.PAYOUT,
    "payout_reversal": RowKind.PAYOUT,
}


class StripePayoutCsv:
    def read(self, source: BinaryIO) -> Iterator[SettlementRow | Finding]:
        for row in read_table(source, columns=COLUMNS, required=("category", "gross", "fee", "net", "currency")):
            if row["category"] not in KINDS:
                yield Finding(problem=Problem.UNKNOWN_KIND, line=row.line, detail=row["category"][:40])
            yield from _read_row(row)


def _read_row(row: Row) -> Iterator[SettlementRow]:
    if row["currency"].casefold() != "eur":
        raise row.refuse(Problem.WRONG_CURRENCY, row["currency"][:3])
    gross, fee, net = row.money("gross"), row.money("fee"), row.money("net")
    if gross - fee != net:
        raise row.refuse(Problem.UNREADABLE_ROW, f"{gross} - {fee} = {net}")
    kind = KINDS.get(row["category"], RowKind.ADJUSTMENT)
    is_about_a_payment = kind in {RowKind.REFUND, RowKind.CHARGEBACK, RowKind.ADJUSTMENT}
    payment = row["payment_intent"] or row["charge"]
    read = SettlementRow(
        line=row.line,
        kind=kind,
        amount=gross,
        fee=fee if fee.cents > 0 else ZERO,
        stamp=row["refund_stamp"] if is_about_a_payment else row["stamp"],
        provider_reference=payment
        if kind is RowKind.PAYMENT and payment
        else row["source"] or row["balance_transaction"],
        refunded_payment=payment if is_about_a_payment else "",
        method=row["method"],
        entry_on=row.day("created"),
        settlement_id=row["payout"] or (row["source"] if kind is RowKind.PAYOUT else ""),
        settlement_reference=row["payout_reference"],
        settled_on=row.day("paid_out_on"),
    )
    yield read
    if fee.cents < 0:
        # A fee that comes back adds to the balance: a row of its own keeps every fee positive.
        yield SettlementRow(
            line=row.line,
            kind=RowKind.FEE,
            amount=-fee,
            provider_reference=read.provider_reference,
            entry_on=read.entry_on,
            settlement_id=read.settlement_id,
            settlement_reference=read.settlement_reference,
            settled_on=read.settled_on,
        )
