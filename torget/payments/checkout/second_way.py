"""Where a municipality's provider gave no payment page, the patron may pay the same fees through its second one.

Nothing moves: the payment that got no page has ended, and what is paid through the second account is a new payment.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from torget.foundation.core.money import Money
from torget.payments.checkout.merchants import Merchant, load_second_merchants
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondWay:
    fees: dict[tuple[str, str], dict[str, Money]]
    """Of all payments that got no page: by library system and patron, and then by fee reference."""
    merchants: dict[str, Merchant]
    """By municipality slug, the second ones that take these fees."""


def find_second_way(payments: Iterable[Payment]) -> SecondWay | None:
    """None if every payment got its page, or some payee of those that did not has no second account.

    `payments` of one checkout, with their accounts, lines and payees.
    """
    without_page = [
        one for one in payments if one.state == State.FAILED and not one.pay_url and not one.merchant_account.is_second
    ]
    if not without_page:
        return None
    lines = [line for one in without_page for line in one.lines.all()]
    seconds = load_second_merchants()
    payees = {line.payee.slug for line in lines}
    if not payees <= seconds.keys():
        return None
    fees: dict[tuple[str, str], dict[str, Money]] = {}
    for line in lines:
        card = fees.setdefault((line.library_system, line.patron_reference), {})
        card[line.fee_reference] = Money(line.amount_cents)
    return SecondWay(
        fees=fees,
        merchants={slug: seconds[slug] for slug in payees},
    )
