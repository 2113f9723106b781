"""Why an item is what it is, and what clears it, in words."""

from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.core.money import Money
from torget.foundation.design.templatetags.torget_format import day_text, euros
from torget.payments.core.checkout import UNPAID
from torget.payments.core.reconciliation import SETTLEMENT, TRIAL, RowClass
from torget.payments.core.settlement import RowKind, StatementKind
from torget.payments.settlement.models import BankAccount, BankStatement, SettlementFile
from torget.payments.settlement.reconciliation_models import Item

_CLASSES = {
    RowClass.MATCHED: gettext_lazy("Matched"),
    RowClass.WAITING: gettext_lazy("Waiting"),
    RowClass.MISSING_THERE: gettext_lazy("Missing at the payment service"),
    RowClass.MISSING_HERE: gettext_lazy("Missing here"),
    RowClass.AMOUNT_DIFFERS: gettext_lazy("Amount differs"),
    RowClass.FEE_DIFFERS: gettext_lazy("Fee differs"),
    RowClass.DUPLICATE: gettext_lazy("Duplicate"),
}
_KINDS = {
    RowKind.PAYMENT.value: gettext_lazy("Payment"),
    RowKind.REFUND.value: gettext_lazy("Refund"),
    RowKind.FEE.value: gettext_lazy("Fee of its own"),
    RowKind.CHARGEBACK.value: gettext_lazy("Chargeback"),
    RowKind.PAYOUT.value: gettext_lazy("Payout as told"),
    RowKind.ADJUSTMENT.value: gettext_lazy("Adjustment"),
    TRIAL: gettext_lazy("Test payment"),
    SETTLEMENT: gettext_lazy("Payout to the bank"),
}
_WHY = {
    "matched": (gettext_lazy("Our books and the payment service's row say the same."), ""),
    "own_fee": (gettext_lazy("The payment service charged a fee of its own. It is booked."), ""),
    "trial": (
        gettext_lazy(
            "A test payment, by which this account was tried when the municipality was set up, or its way back. It is "
            "no fee and no income: it stands on an account of its own until it has gone back."
        ),
        "",
    ),
    "waiting": (
        gettext_lazy("Our books have it, and the payment service's report is not due yet."),
        gettext_lazy("It clears itself when the report comes, at the latest on %(day)s."),
    ),
    "no_report": (
        gettext_lazy("No report of the payment service covers this day."),
        gettext_lazy("Fetch again, or bring the report of this day. Then it clears itself."),
    ),
    "not_in_report": (
        gettext_lazy("Reports of this day are here, and it is in none of them."),
        gettext_lazy(
            "Ask the payment service where the money is. It clears itself when a report has it; if it never will, "
            "clear it with a note."
        ),
    ),
    "chargeback": (
        gettext_lazy("The payer's bank took the money back. It stands on suspense."),
        gettext_lazy(
            "Answer the payment service, or let the fee be charged again at the desk. Then clear it with a note."
        ),
    ),
    "adjustment": (
        gettext_lazy("A correction of the payment service that our books do not know. It stands on suspense."),
        gettext_lazy("Ask the payment service what it is for, book it where it belongs, and clear it with a note."),
    ),
    "unknown_refund": (
        gettext_lazy("A refund that was not made in Torget, or not to the end. It stands on suspense."),
        gettext_lazy(
            "If it was made in the payment service's own pages, mark the payment as paid back. Then clear it with a "
            "note."
        ),
    ),
    "not_believed": (
        gettext_lazy(
            "The report has it, and the payment service itself does not say that it is paid. Torget does not believe "
            "the file alone."
        ),
        gettext_lazy("Torget asks again at each run. If the service's own pages show it as paid, ask the service."),
    ),
    "unknown_row": (
        gettext_lazy("Nothing of ours belongs to this row. The money stands on suspense."),
        gettext_lazy(
            "Find out who else sells through this account, or ask the payment service. Then book it where it belongs, "
            "and clear it with a note."
        ),
    ),
    "payout_told": (
        gettext_lazy("The payout that the service tells of is not the sum of its rows."),
        gettext_lazy("Ask the payment service for the rows that are missing, then clear it with a note."),
    ),
    "amount_differs": (
        gettext_lazy(
            "The payment service's amount differs from ours by %(difference)s. The difference stands on suspense."
        ),
        gettext_lazy("Ask the payment service which amount is right. Clear it with a note of the answer."),
    ),
    "fee_changed": (
        gettext_lazy("The fee was first %(fee)s and in a later report %(later)s. The first one is booked."),
        gettext_lazy("Ask the payment service which fee holds, and clear it with a note."),
    ),
    "fee_differs": (
        gettext_lazy("The payment service kept %(fee)s, and %(agreed)s is agreed. What it kept is booked."),
        gettext_lazy(
            "Claim the difference from the payment service, or correct the agreed fees. Then clear it with a note."
        ),
    ),
    "duplicate": (
        gettext_lazy("The payment service reports this a further time. The money stands on suspense."),
        gettext_lazy(
            "Ask the payment service whether it was taken twice. If so, the further one goes back to the payer; clear "
            "it with a note."
        ),
    ),
    "payout_matched": (gettext_lazy("The bank has just the sum that the payment service paid out."), ""),
    "payout_of_nothing": (
        gettext_lazy("Payments, refunds and fees of this payout cancel out. No money moves, and nothing is missing."),
        "",
    ),
    "payout_explained": (gettext_lazy("A later report explained this entry of the bank."), ""),
    "payout_waiting": (
        gettext_lazy("The payout is on its way, or the bank's statement is not here yet."),
        gettext_lazy("It clears itself when the statement has it, at the latest on %(day)s."),
    ),
    "no_bank_account": (
        gettext_lazy("No bank account of the municipality is known, so nobody can see whether it arrived."),
        gettext_lazy("Add the account under Bank accounts, and bring its statements."),
    ),
    "no_statement": (
        gettext_lazy("No bank statement covers the days after the payout."),
        gettext_lazy("Bring the bank's statements. Then it clears itself."),
    ),
    "not_at_bank": (
        gettext_lazy("The bank's statements are here, and the payout is not in them."),
        gettext_lazy("Ask the payment service to which account it paid. It clears itself when a statement has it."),
    ),
    "bank_unknown": (
        gettext_lazy("The bank has money of a payment service that no report explains. It stands on suspense."),
        gettext_lazy("Fetch again, or bring the report of the payout. Then it clears itself."),
    ),
    "bank_duplicate": (
        gettext_lazy("The bank has this payout a further time. The money stands on suspense."),
        gettext_lazy("Ask the payment service whether it paid twice, and clear it with a note."),
    ),
    "bank_differs": (
        gettext_lazy("The bank's sum differs from the payout by %(difference)s. The difference stands on suspense."),
        gettext_lazy("Ask the payment service for the rows of this payout, and clear it with a note."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    why: str
    what_clears_it: str


def class_words(row_class: str, kind: str = "") -> str:
    if row_class == RowClass.MISSING_THERE and kind == SETTLEMENT:
        return _("Missing at the bank")
    return str(_CLASSES[RowClass(row_class)])


def item_kind_words(kind: str) -> str:
    return str(_KINDS[kind])


def item_amount(item: Item) -> Money:
    return Money((item.reported_cents if item.reported_cents is not None else item.expected_cents) or 0)


def item_name(item: Item) -> str:
    """What a person calls it: the bank reference of the payment or of the payout, else what the provider calls it."""
    if item.kind == SETTLEMENT:
        return item.reference or item.subject.removeprefix("bank:")
    if item.payment is not None:
        return item.payment.reference
    row = item.record
    return (row.reference or row.stamp or row.provider_reference or item.settlement) if row else item.subject


def explain(item: Item) -> Explanation:
    why, what = _WHY[_situation_of_payout(item) if item.kind == SETTLEMENT else _situation_of_row(item)]
    values = {
        "day": day_text(item.waits_until) if item.waits_until else "",
        "difference": euros(Money((item.reported_cents or 0) - (item.expected_cents or 0))),
        "fee": euros(Money(item.fee_cents)),
        "later": euros(Money(item.later_fee_cents or 0)),
        "agreed": euros(Money(item.expected_fee_cents or 0)),
    }
    return Explanation(why=str(why) % values, what_clears_it=str(what) % values)


def _situation_of_row(item: Item) -> str:
    row_class = RowClass(item.row_class)
    if row_class is RowClass.MATCHED and item.kind == RowKind.FEE:
        return "own_fee"
    if row_class is RowClass.MATCHED and item.kind == TRIAL:
        return "trial"
    if row_class is RowClass.AMOUNT_DIFFERS and item.kind == RowKind.PAYOUT:
        return "payout_told"
    if row_class is RowClass.FEE_DIFFERS and item.later_fee_cents not in (None, item.fee_cents):
        return "fee_changed"
    if row_class is RowClass.MISSING_THERE:
        return "not_in_report" if _is_reported(item) else "no_report"
    return _situation_missing_here(item) if row_class is RowClass.MISSING_HERE else row_class.value


def _is_reported(item: Item) -> bool:
    """The provider has reported that day or a later one."""
    files = SettlementFile.objects.filter(merchant_account=item.merchant_account, state=SettlementFile.State.READ)
    last = files.aggregate(day=Max("last_on"))["day"]
    return last is not None and last >= item.happened_on


def _situation_missing_here(item: Item) -> str:
    by_kind = {
        RowKind.CHARGEBACK: "chargeback",
        RowKind.ADJUSTMENT: "adjustment",
        RowKind.REFUND: "unknown_refund",
    }
    if item.kind in by_kind:
        return by_kind[RowKind(item.kind)]
    return "not_believed" if item.payment is not None and item.payment.state in UNPAID else "unknown_row"


def _situation_of_payout(item: Item) -> str:
    row_class = RowClass(item.row_class)
    if row_class is RowClass.MATCHED:
        if item.subject.startswith("bank:"):
            return "payout_explained"
        return "payout_matched" if item.reported_cents is not None else "payout_of_nothing"
    simple = {
        RowClass.WAITING: "payout_waiting",
        RowClass.MISSING_HERE: "bank_unknown",
        RowClass.DUPLICATE: "bank_duplicate",
        RowClass.AMOUNT_DIFFERS: "bank_differs",
    }
    if row_class in simple:
        return simple[row_class]
    if not BankAccount.objects.filter(municipality=item.municipality, is_active=True).exists():
        return "no_bank_account"
    statements = BankStatement.objects.filter(account__municipality=item.municipality, kind=StatementKind.STATEMENT)
    last = statements.aggregate(day=Max("closed_on"))["day"]
    is_covered = last is not None and (item.waits_until is None or last >= item.waits_until)
    return "not_at_bank" if is_covered else "no_statement"
