"""Paytrail's settlement reports: rows in euros, days as dd-mm-yyyy, in CSV with a decimal comma or in JSON.

The vendor mixes units: a row and the items of a refund are in euros, the items of a payment in JSON in cents. Fees can
have fractions of a cent (its own sample has 0.024 euros), so they are rounded to the cent for each row.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, BinaryIO

from torget.connectors.delimited import Columns, Row, read_table
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.settlement import FileRefused, Finding, Problem, RowKind, SettlementRow

REPORT_ROWS_MAX = 50_000
"""The vendor cuts a report off there without saying so."""

JSON_BYTES_MAX = 100_000_000

REPORT_FIELDS = (
    "entryDate",
    "created",
    "amount",
    "status",
    "reference",
    "paymentMethod",
    "stamp",
    "checkoutReference",
    "settlementId",
    "settlementDate",
    "settlementReference",
    "originalTradeReference",
    "paymentMethodFee",
    "paymentMethodCommission",
    "shopInShopCommission",
)
"""Asked for by name: the payer's name and address are left out, and new fields cannot surprise us."""

COLUMNS: Columns = {
    "amount": ("amount",),
    "status": ("status",),
    "stamp": ("stamp",),
    "reference": ("reference",),
    "provider_reference": ("checkoutReference",),
    "entry_on": ("entryDate",),
    "method": ("paymentMethod",),
    "method_fee": ("paymentMethodFee",),
    "commission": ("paymentMethodCommission",),
    "split_commission": ("shopInShopCommission",),
    "settlement_id": ("settlementId",),
    "settled_on": ("settlementDate",),
    "settlement_reference": ("settlementReference",),
    "refunded_payment": ("originalTradeReference",),
    "sub_merchant": ("submerchant",),
    "currency": ("currency",),
}
"""The merchant portal may write other headings than the API does; they are added here, behind those of the API."""

_SETTLED = frozenset({"paid and settled"})


class PaytrailCsv:
    """The report in CSV; `is_surely_whole` after its signature was checked."""

    def __init__(self, *, is_surely_whole: bool = False) -> None:
        self._is_surely_whole = is_surely_whole

    def read(self, source: BinaryIO) -> Iterator[SettlementRow | Finding]:
        yield from _within_limit(
            read_table(source, columns=COLUMNS, required=("amount", "stamp"), is_surely_whole=self._is_surely_whole)
        )


class PaytrailJson:
    """The report in JSON. It is not streamed: the vendor's limit of rows keeps it small."""

    def read(self, source: BinaryIO) -> Iterator[SettlementRow | Finding]:
        text = source.read(JSON_BYTES_MAX + 1)
        if len(text) > JSON_BYTES_MAX:
            raise FileRefused(Problem.TOO_LARGE)
        if not text.strip():
            raise FileRefused(Problem.EMPTY)
        yield from _within_limit(_json_rows(text))


def _json_rows(text: bytes) -> Iterator[Row]:
    try:
        rows = json.loads(text.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        problem = Problem.DOUBLED if error.msg == "Extra data" else Problem.TRUNCATED
        raise FileRefused(problem, line=error.lineno, detail=error.msg) from None
    except (ValueError, RecursionError):
        raise FileRefused(Problem.NOT_THIS_FORMAT) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FileRefused(Problem.NOT_THIS_FORMAT, detail="not a list of rows")
    if not rows:
        raise FileRefused(Problem.EMPTY)
    for number, row in enumerate(rows, 1):
        yield _as_row(number, row)


def _as_row(number: int, row: Mapping[str, Any]) -> Row:
    """With JSON, `line` counts rows, for a whole report is one line."""
    cells = {name: row.get(headings[0]) for name, headings in COLUMNS.items() if headings[0] in row}
    for name, value in cells.items():
        if isinstance(value, bool | list | dict) or (isinstance(value, str) and "\x00" in value):
            raise FileRefused(Problem.UNREADABLE_ROW, line=number, detail=name)
    texts = ["" if value is None else str(value) for value in cells.values()]
    return Row(number, texts, {name: place for place, name in enumerate(cells)})


def _within_limit(rows: Iterator[Row]) -> Iterator[SettlementRow | Finding]:
    count = 0
    for row in rows:
        count += 1
        yield from _read_row(row)
    if count >= REPORT_ROWS_MAX and count % REPORT_ROWS_MAX == 0:
        # Exactly at the limit nobody can say whether more was cut off.
        raise FileRefused(Problem.REPORT_LIMIT, detail=str(count))


def _read_row(row: Row) -> Iterator[SettlementRow | Finding]:
    if row["currency"] not in {"", "EUR"}:
        raise row.refuse(Problem.WRONG_CURRENCY, row["currency"][:3])
    if not row["amount"]:
        raise row.refuse(Problem.UNREADABLE_ROW, "amount")
    if not _is_settled(row):
        yield Finding(problem=Problem.NOT_SETTLED_ROWS, line=row.line)
        return
    amount = row.money("amount")
    exact_fee = sum((row.euros(name) for name in ("method_fee", "commission", "split_commission")), Decimal(0))
    fee = Money.from_decimal(exact_fee.quantize(Decimal("0.01"), ROUND_HALF_UP))
    if fee.to_decimal() != exact_fee:
        yield Finding(problem=Problem.ROUNDED_FEES, line=row.line)
    is_refund = amount.cents < 0 or bool(row["refunded_payment"])
    read = SettlementRow(
        line=row.line,
        kind=RowKind.REFUND if is_refund else RowKind.PAYMENT,
        amount=amount,
        fee=fee if fee.cents > 0 else ZERO,
        stamp=row["stamp"],
        provider_reference=row["provider_reference"],
        reference=row["reference"],
        refunded_payment=row["refunded_payment"],
        method=row["method"],
        entry_on=row.day("entry_on"),
        settlement_id=row["settlement_id"],
        settlement_reference=row["settlement_reference"],
        settled_on=row.day("settled_on"),
        sub_merchant=row["sub_merchant"],
    )
    yield read
    if fee.cents < 0:
        # A fee that is given back with a refund adds to the balance: a row of its own keeps every fee positive.
        yield replace(read, kind=RowKind.FEE, amount=-fee, fee=ZERO)


def _is_settled(row: Row) -> bool:
    """By its settlement if the file tells of settlements, else by its status if the file tells that."""
    if row.has("settlement_id") or row.has("settled_on"):
        return bool(row["settlement_id"].strip("0") or row["settled_on"])
    return not row.has("status") or row["status"].casefold() in _SETTLED
