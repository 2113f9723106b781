"""All that decides which fees a patron can pay now, but for the fees themselves: one query for a whole page."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from torget.payments.checkout.held_fees import HeldFee, read_held
from torget.payments.checkout.merchants import Merchant, read_merchants
from torget.payments.fees.policy import ConfiguredFees, read_configured


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    merchants: dict[str, Merchant]
    """By municipality slug."""
    configured: ConfiguredFees
    held: dict[str, HeldFee]
    """By fee reference."""
    on_hold: frozenset[str]
    """References of fees with an open question."""
    time_to_pay: dict[str, date]
    """Until when a fee may be paid, where it was decided so; by fee reference."""


def load_payable(*, library_system: str, patron_reference: str) -> Payable:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT checkout_merchants(), fees_policy(%s), checkout_held(%s, %s), ARRAY("
            "SELECT fee_reference FROM fees_feehold "
            "WHERE library_system = %s AND patron_reference = %s AND ended_at IS NULL), ARRAY("
            "SELECT fee_reference || ' ' || until FROM fees_paymenttime "
            "WHERE library_system = %s AND patron_reference = %s ORDER BY granted_at, id)",
            [library_system, *[library_system, patron_reference] * 3],
        )
        merchants_text, policy_text, held_text, on_hold, times = cursor.fetchone()
    merchants = read_merchants(merchants_text)
    return Payable(
        merchants=merchants,
        configured=read_configured(policy_text, merchants=frozenset(merchants)),
        held=read_held(held_text),
        on_hold=frozenset(on_hold),
        # The latest decision on a fee counts.
        time_to_pay={fee: date.fromisoformat(day) for fee, _space, day in (text.rpartition(" ") for text in times)},
    )
