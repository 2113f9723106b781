"""Everything that happened, for an auditor to compare with the books of whoever was paid."""

import json
from typing import Any

from torget.sandbox.paytrail.payments import items_of
from torget.sandbox.paytrail.refunds import status_now
from torget.sandbox.paytrail.settlements import settle
from torget.sandbox.paytrail.state import State
from torget.sandbox.providers.clock import as_text


def books(state: State) -> dict[str, Any]:
    settle(state)
    refunds: dict[str, list[dict[str, Any]]] = {}
    for refund in state.store.rows("SELECT * FROM refund ORDER BY created_at, id"):
        refunds.setdefault(refund["payment"], []).append(
            {
                "transactionId": refund["id"],
                "amount": refund["amount"],
                "status": status_now(state, refund),
                "stamp": refund["stamp"],
                "lines": json.loads(refund["lines"]),
            }
        )
    payments = [
        {
            "transactionId": payment["id"],
            "merchant": payment["account"],
            "stamp": payment["stamp"],
            "reference": payment["reference"],
            "amount": payment["amount"],
            "status": payment["status"],
            "method": payment["method"],
            "createdAt": as_text(payment["created_at"]),
            "paidAt": None if payment["paid_at"] is None else as_text(payment["paid_at"]),
            "refunds": refunds.get(payment["id"], []),
            "refunded": sum(row["amount"] for row in refunds.get(payment["id"], []) if row["status"] == "ok"),
            "lines": [
                {
                    "stamp": item.get("stamp"),
                    "merchant": item.get("merchant"),
                    "productCode": item["productCode"],
                    "amount": item["unitPrice"] * item["units"],
                }
                for item in items_of(payment)
            ],
        }
        for payment in state.store.rows("SELECT * FROM payment ORDER BY created_at, id")
    ]
    settlements = [
        {
            "id": row["id"],
            "account": row["account"],
            "merchant": row["merchant"],
            "day": row["day"],
            "reference": row["reference"],
            "amount": row["amount"],
        }
        for row in state.store.rows(
            "SELECT settlement.*, (SELECT sum(amount - CASE WHEN refund IS NULL THEN ? ELSE 0 END) "
            "FROM settlement_row WHERE settlement = settlement.id) AS amount FROM settlement ORDER BY id",
            (state.knobs["payment_fee_cents"],),
        )
    ]
    return {"payments": payments, "settlements": settlements}
