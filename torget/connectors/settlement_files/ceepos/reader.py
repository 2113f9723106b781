"""CPU Ceepos: the payments report that its back office writes as CSV.

The vendor's manual is not public and an installation can choose its columns, so the headings below are the names of
the vendor's interface and their usual Finnish words, and NOT checked against a real file: a first real file shows
which to add. A payment may have a row for each of its products; they are added up, as our payment is one.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from torget.connectors.delimited import Columns, Row, read_table
from torget.payments.core.settlement import Finding, Problem, RowKind, SettlementRow

COLUMNS: Columns = {
    "stamp": ("Id", "Tunnus", "Maksun tunnus", "Tilausnumero"),
    "provider_reference": ("Reference", "Ceepos-viite", "Kuittinumero"),
    "reference": ("Viite", "Viitenumero"),
    "amount": ("PaymentSum", "Summa", "Maksettu", "Yhteensä", "Amount"),
    "fee": ("Palkkio", "Provisio", "Fee"),
    "method": ("PaymentMethod", "Maksutapa"),
    "entry_on": ("Timestamp", "Aika", "Päivä", "Päivämäärä", "Maksupäivä"),
    "settlement_id": ("Tilitysnumero", "Tilitys"),
    "settlement_reference": ("Tilitysviite",),
    "settled_on": ("Tilityspäivä",),
    "refunded_payment": ("Alkuperäinen maksu", "Hyvitettävä maksu"),
    "currency": ("Valuutta", "Currency"),
}


class CeeposCsv:
    def read(self, source: BinaryIO) -> Iterator[SettlementRow | Finding]:
        sum_so_far: SettlementRow | None = None
        for row in read_table(source, columns=COLUMNS, required=("stamp", "amount")):
            read = _read_row(row)
            if sum_so_far is not None and _is_same_payment(sum_so_far, read):
                sum_so_far = replace(sum_so_far, amount=sum_so_far.amount + read.amount, fee=sum_so_far.fee + read.fee)
                continue
            if sum_so_far is not None:
                yield sum_so_far
            sum_so_far = read
        if sum_so_far is not None:
            yield sum_so_far


def _read_row(row: Row) -> SettlementRow:
    if row["currency"] not in {"", "EUR"}:
        raise row.refuse(Problem.WRONG_CURRENCY, row["currency"][:3])
    if not row["amount"] or not row["stamp"]:
        raise row.refuse(Problem.UNREADABLE_ROW, "amount" if row["stamp"] else "stamp")
    amount = row.money("amount")
    return SettlementRow(
        line=row.line,
        kind=RowKind.REFUND if amount.cents < 0 else RowKind.PAYMENT,
        amount=amount,
        fee=row.money("fee"),
        stamp=row["stamp"],
        provider_reference=row["provider_reference"],
        reference=row["reference"],
        refunded_payment=row["refunded_payment"],
        method=row["method"],
        entry_on=row.day("entry_on"),
        settlement_id=row["settlement_id"],
        settlement_reference=row["settlement_reference"],
        settled_on=row.day("settled_on"),
    )


def _is_same_payment(one: SettlementRow, other: SettlementRow) -> bool:
    """Rows that follow each other and agree in all but line and money."""
    return replace(other, line=one.line, amount=one.amount, fee=one.fee) == one
