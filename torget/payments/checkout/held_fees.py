"""Which of a patron's fees stand in a payment that is under way, and where."""

from dataclasses import dataclass

from torget.payments.checkout.models import PaymentLine
from torget.payments.core.checkout import UNPAID, State


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFee:
    checkout_token: str
    is_paid: bool
    """The money is taken and the library system is being told; else the patron may still pay or give it up."""


def held_fees(*, library_system: str, patron_reference: str) -> dict[str, HeldFee]:
    """By fee reference."""
    rows = PaymentLine.objects.filter(
        library_system=library_system, patron_reference=patron_reference, is_open=True
    ).values_list("fee_reference", "payment__state", "payment__checkout__token")
    return {
        reference: HeldFee(checkout_token=token, is_paid=State(state) not in UNPAID) for reference, state, token in rows
    }
