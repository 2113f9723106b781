"""Reports, made when asked for and sent to the merchant's address: euros in JSON, decimal comma in CSV."""

import csv
import io
import json
from typing import Any

from torget.sandbox.paytrail.answers import Answer, Refusal
from torget.sandbox.paytrail.checking import read_object
from torget.sandbox.paytrail.merchants import Merchant
from torget.sandbox.paytrail.payments import items_of
from torget.sandbox.paytrail.settlements import settle
from torget.sandbox.paytrail.signing import signature_of
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.clock import as_text, local
from torget.sandbox.providers.outbox import Outbox

_SELECT = (
    "SELECT settlement_row.*, settlement.reference AS bank_reference, settlement.merchant AS payee, "
    "settlement.created_at AS settled_at, settlement.account AS account "
    "FROM settlement_row JOIN settlement ON settlement.id = settlement_row.settlement "
)


def order_report(state: State, outbox: Outbox, merchant: Merchant, content: bytes, settlement_id: int | None) -> Answer:
    """`POST /payments/report` (what is settled) and `POST /settlements/{id}/payments/report`."""
    settle(state)
    body = read_object(content)
    kind, url = body.get("requestType"), body.get("callbackUrl")
    if kind not in {"json", "csv"}:
        raise Refusal(400, "requestType must be json or csv")
    schemes = ("https://", "http://") if state.is_http_allowed else ("https://",)
    if not isinstance(url, str) or not url.startswith(schemes):
        raise Refusal(400, "callbackUrl must be an https address")
    rows = _settled_rows(state, merchant, settlement_id, body.get("submerchant"))
    if settlement_id is not None and not rows:
        raise Refusal(404, "No such settlement")
    rows = _with_faults(state, rows)[: int(body.get("limit", 50_000))]
    if fields := body.get("reportFields"):
        rows = [{name: row[name] for name in fields if name in row} for row in rows]
    request_id = state.new_id()
    report = _as_csv(rows) if kind == "csv" else _as_json(rows)
    outbox.plan(
        subject=request_id,
        label="report",
        url=url,
        due_at=state.clock.now(),
        method="POST",
        headers=_headers(state, merchant, request_id, report, kind),
        body=report,
    )
    return Answer(content={"requestId": request_id})


def _settled_rows(
    state: State, merchant: Merchant, settlement_id: int | None, sub_merchant: str | int | None
) -> list[dict[str, Any]]:
    found = state.store.rows(
        f"{_SELECT} WHERE settlement.account = ? ORDER BY settlement.id, settlement_row.rowid", (merchant.account,)
    )
    return [
        _row(state, row)
        for row in found
        if settlement_id in {None, row["settlement"]} and (sub_merchant is None or str(sub_merchant) == row["payee"])
    ]


def _row(state: State, row: Any) -> dict[str, Any]:
    payment = state.store.row("SELECT * FROM payment WHERE id = ?", (row["payment"],))
    assert payment is not None
    refund = state.store.row("SELECT * FROM refund WHERE id = ?", (row["refund"],))
    happened_at = local(payment["paid_at"] if refund is None else refund["completed_at"])
    items = [item for item in items_of(payment) if item.get("merchant", payment["account"]) == row["payee"]]
    back = [] if refund is None else json.loads(refund["lines"])
    mine = {item.get("stamp") for item in items}
    return {
        "entryDate": f"{happened_at:%d-%m-%Y}",
        "created": f"{happened_at:%H:%M}",
        "amount": row["amount"] / 100,
        "status": "Paid and settled",
        "description": "",
        "reference": payment["reference"],
        "paymentMethod": payment["method"],
        "stamp": payment["stamp"] if refund is None else refund["stamp"],
        "checkoutReference": payment["id"] if refund is None else refund["id"],
        "archiveNumber": payment["bank_reference"],
        "originalTradeReference": None if refund is None else payment["id"],
        "paymentMethodFee": 0.0 if refund is not None else state.knobs["payment_fee_cents"] / 100,
        "paymentMethodCommission": 0.0,
        "settlementId": row["settlement"],
        "settlementDate": f"{local(row['settled_at']):%d-%m-%Y}",
        "settlementReference": row["bank_reference"],
        # Here the vendor mixes units: items of a payment are in cents, items of a refund in euros.
        "tradeitems": [_item(item, item["unitPrice"] * item["units"]) for item in items] if refund is None else [],
        "refunditems": [
            {"stamp": line["stamp"], "amount": -line["amount"] / 100} for line in back if line["stamp"] in mine
        ],
    }


def _item(item: dict[str, Any], amount: int) -> dict[str, Any]:
    return {
        "stamp": item.get("stamp", ""),
        "amount": amount,
        "description": item.get("description", ""),
        "vat": item["vatPercentage"],
        "code": item["productCode"],
        "quantity": item["units"],
    }


def _with_faults(state: State, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave rows out and add foreign ones, as the knobs want, so that a reconciliation has something to find."""
    kept = rows[: max(0, len(rows) - state.knobs["missing_report_rows"])]
    added = [
        {**rows[0], "stamp": name, "checkoutReference": name, "reference": "9990007"}
        for number in range(state.knobs["extra_report_rows"])
        if rows and (name := f"extra-{rows[0]['settlementId']}-{number}")
    ]
    return [*kept, *added]


def _as_json(rows: list[dict[str, Any]]) -> bytes:
    """As JSON.stringify writes it: the vendor's own SDK verifies a report by reading it and writing it again."""
    return json.dumps(_with_short_numbers(rows), ensure_ascii=False, separators=(",", ":")).encode()


def _with_short_numbers(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_short_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: _with_short_numbers(each) for name, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(name, value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


def _cell(name: str, value: Any) -> str:
    if name == "refunditems":
        return "|".join(f"{line['stamp']}:{_decimal(line['amount'])}" for line in value)
    if name == "tradeitems":
        return "|".join(f"{line['stamp']}:{_decimal(line['amount'] / 100)}" for line in value)
    if isinstance(value, float):
        return _decimal(value)
    return "" if value is None else str(value)


def _decimal(euros: float) -> str:
    return f"{euros:.2f}".replace(".", ",")


def _headers(state: State, merchant: Merchant, request_id: str, body: bytes, kind: str) -> dict[str, str]:
    signed = {
        "checkout-account": merchant.account,
        "checkout-algorithm": state.knobs["algorithm"],
        "checkout-method": "POST",
        "checkout-nonce": state.new_id(),
        "checkout-timestamp": as_text(state.clock.now()),
    }
    content_type = "application/json" if kind == "json" else "text/csv"
    signature = signature_of(merchant.secret, signed, body)
    return {**signed, "signature": signature, "request-id": request_id, "content-type": content_type}
