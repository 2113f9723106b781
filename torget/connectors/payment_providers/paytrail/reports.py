"""Paytrail's settlement reports: rows in euros, days as dd-mm-yyyy, in JSON or in CSV with a decimal comma.

The vendor mixes units: a row and the items of a refund are in euros, the items of a payment in JSON in cents.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from torget.connectors.payment_providers.paytrail.signature import BadSignature, verify
from torget.foundation.core.money import Money, NotWholeCents
from torget.payments.core.ports import BadMessage, IncomingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One payment, or one refund (negative), as the provider paid it out."""

    stamp: str
    reference: str
    provider_reference: str
    amount: Money
    status: str
    entry_date: date | None
    method: str
    fee: Money
    """What the provider kept for the payment method."""
    settlement_id: str
    settlement_date: date | None
    settlement_reference: str
    refunded_payment: str
    """The provider's reference of the payment that a refund belongs to; '' for a payment."""
    refund_lines: Mapping[str, Money]
    """By stamp of the line, negative."""


def read_report(message: IncomingMessage, *, account: str, secret: str) -> tuple[ReportRow, ...]:
    """Verify and read a report that was sent to our address; raise BadMessage."""
    try:
        verify(secret, message.headers, message.body)
    except BadSignature as error:
        raise BadMessage(str(error)) from None
    if message.headers.get("checkout-account") != account:
        raise BadMessage("the report is about another account")
    return parse_report(message.body, is_csv="csv" in message.headers.get("content-type", ""))


def parse_report(body: bytes, *, is_csv: bool) -> tuple[ReportRow, ...]:
    """The rows of a report; raise BadMessage if one amount cannot be read exactly."""
    try:
        text = body.decode("utf-8-sig")
        rows: Any = (
            list(csv.DictReader(io.StringIO(text), delimiter=";")) if is_csv else json.loads(text, parse_float=Decimal)
        )
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise BadMessage("a report is a list of rows")
        return tuple(_row(row) for row in rows)
    except (ValueError, InvalidOperation, AttributeError, KeyError, TypeError) as error:
        # NotWholeCents is a ValueError too: an amount that is not understood is never rounded.
        raise BadMessage(f"the report cannot be read: {type(error).__name__}") from error


def _row(row: Mapping[str, Any]) -> ReportRow:
    return ReportRow(
        stamp=_text(row, "stamp"),
        reference=_text(row, "reference"),
        provider_reference=_text(row, "checkoutReference"),
        amount=_euros(row["amount"]),
        status=_text(row, "status"),
        entry_date=_day(row.get("entryDate")),
        method=_text(row, "paymentMethod"),
        fee=_euros(row.get("paymentMethodFee") or 0),
        settlement_id=_text(row, "settlementId"),
        settlement_date=_day(row.get("settlementDate")),
        settlement_reference=_text(row, "settlementReference"),
        refunded_payment=_text(row, "originalTradeReference"),
        refund_lines=dict(_refund_lines(row.get("refunditems") or ())),
    )


def _refund_lines(items: Any) -> Iterable[tuple[str, Money]]:
    """A list of objects in JSON, `stamp:-4,00|stamp:-5,00` in CSV."""
    if not isinstance(items, str):
        return [(str(item["stamp"]), _euros(item["amount"])) for item in items]
    parts = [part.rpartition(":") for part in items.split("|")]
    return [(stamp, _euros(amount)) for stamp, _, amount in parts]


def _euros(value: Any) -> Money:
    if isinstance(value, bool | float):
        raise NotWholeCents(str(value))
    return Money.from_decimal(value if isinstance(value, Decimal) else Decimal(str(value).replace(",", ".")))


def _day(value: object) -> date | None:
    """dd-mm-yyyy, or None: the documentation's own sample has the 31st of June."""
    try:
        return datetime.strptime(str(value), "%d-%m-%Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)
