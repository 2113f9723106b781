"""Which of a patron's fees stand in a payment that is under way, and where."""

import json
from dataclasses import dataclass

from torget.payments.core.checkout import UNPAID, State


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFee:
    checkout_token: str
    payer_id: int
    """The patron who began the payment: the card's own, or somebody who answers for them."""
    is_paid: bool
    """The money is taken and the library system is being told; else the patron may still pay or give it up."""


def read_held(text: str) -> dict[str, HeldFee]:
    """From what checkout_held (sql/payable.sql) gives, by fee reference."""
    return {
        reference: HeldFee(
            checkout_token=row["checkout_token"],
            payer_id=row["payer_id"],
            is_paid=State(row["state"]) not in UNPAID,
        )
        for reference, row in json.loads(text).items()
    }
