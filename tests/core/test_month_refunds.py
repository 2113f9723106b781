"""A month's refunds and payouts, where some money goes back from the municipality's own account."""

from torget.foundation.core.money import Money
from torget.payments.core.month_book import KindSum, MonthBook


def test_money_from_the_own_account_is_a_refund_and_no_payout() -> None:
    sums = [
        KindSum(kind="paid", account="provider", debit_cents=1000, credit_cents=0),
        KindSum(kind="payout", account="bank", debit_cents=700, credit_cents=0),
        KindSum(kind="payout", account="provider", debit_cents=0, credit_cents=700),
        KindSum(kind="refunded", account="provider", debit_cents=0, credit_cents=300),
        KindSum(kind="refunded", account="bank", debit_cents=0, credit_cents=115),
    ]
    book = MonthBook(sums=sums, openings={})
    assert (book.paid, book.refunds, book.paid_out) == (Money(1000), Money(415), Money(700))
