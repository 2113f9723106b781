"""Everything that happened, for an auditor to compare with the books of whoever was paid."""

from typing import Any

from torget.sandbox.providers.clock import as_text
from torget.sandbox.providers.vendor import State


def books(state: State) -> dict[str, Any]:
    refunds: dict[str, list[dict[str, Any]]] = {}
    for refund in state.store.rows("SELECT * FROM refund ORDER BY created_at, id"):
        refunds.setdefault(refund["payment"], []).append(
            {"id": refund["id"], "amount": refund["amount"], "status": refund["status"], "stamp": refund["stamp"]}
        )
    return {
        "payments": [
            {
                "id": payment["id"],
                "merchant": payment["account"],
                "stamp": payment["stamp"],
                "amount": payment["amount"],
                "status": payment["status"],
                "method": payment["method"],
                "createdAt": as_text(payment["created_at"]),
                "paidAt": None if payment["paid_at"] is None else as_text(payment["paid_at"]),
                "refunds": refunds.get(payment["id"], []),
                "refunded": sum(row["amount"] for row in refunds.get(payment["id"], []) if row["status"] == "ok"),
            }
            for payment in state.store.rows("SELECT * FROM payment ORDER BY created_at, id")
        ]
    }
