"""What a receipt says, as plain values: the page, the PDF and the e-mail are all made from these."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from torget.foundation.core.languages import in_language
from torget.foundation.core.money import Money, total
from torget.payments.checkout.models import Payment, PaymentLine, Receipt, Refund
from torget.payments.core.checkout import UNPAID, State
from torget.payments.core.fee_texts import product_description
from torget.payments.core.posting_rules import vat_of
from torget.payments.fees.models import FeeType


class NoReceipt(LookupError):
    """The payment does not exist, or no money was taken for it."""


class ReceiptState(StrEnum):
    """Where the payment stands, as far as it concerns the payer."""

    REGISTERED = "registered"
    BEING_REGISTERED = "being_registered"
    BEING_EXAMINED = "being_examined"  #: A person at the library is looking into it.
    BEING_REFUNDED = "being_refunded"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class VatRow:
    """One rate; each line is rounded by itself, as in the books, so that the two agree to the cent."""

    permille: int
    net: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    name: str
    title: str
    """Empty unless titles were asked for."""
    due_date: date | None
    returned_on: date | None
    card_end: str
    """The last digits of the fee's card, where the payment is of several or somebody else's."""
    amount: Money
    vat_permille: int
    refunded: Money
    """What has gone back of this line; not what is only on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPayee:
    name: str
    business_id: str
    contact_email: str
    contact_phone: str
    lines: tuple[ReceiptLine, ...]
    subtotal: Money
    vat: tuple[VatRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRefund:
    amount: Money
    decided_at: datetime
    paid_at: datetime | None
    """None while the money is on its way."""
    by_email: bool = False
    """The provider has written to the payer, who has to say where the money is to go."""
    credit_note: int | None = None
    """Its number among the credit notes of the receipt, when the money has gone back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    number: str
    """The bank reference: the one number that the patron, the bank and the library all see."""
    token: str
    language: str
    issuer: str
    """The payee when there is one, else the cooperation that took the payment in for several."""
    issued_at: datetime
    paid_at: datetime
    state: ReceiptState
    payees: tuple[ReceiptPayee, ...]
    total: Money
    vat: tuple[VatRow, ...]
    method: str
    """The provider's own word, such as 'nordea'; may be empty."""
    provider: str
    provider_reference: str
    refunds: tuple[ReceiptRefund, ...]
    refunded: Money
    had_loan_ban: bool
    """False without titles: a loan ban is the patron's own affair too."""

    @property
    def bank_reference(self) -> str:
        return self.number


_BEING_REGISTERED = frozenset({State.PAID, State.REGISTERING, State.UNCERTAIN})
_BEING_REFUNDED = frozenset({State.REFUND_DUE, State.REFUNDING, State.REFUND_PENDING})
_OPEN_REFUND = ("due", "asked", "pending")


def receipt_state(state: State, *, amount: Money, refunded: Money) -> ReceiptState:
    """What the payer is told. Never called for a payment that was not paid."""
    if state in _BEING_REGISTERED:
        return ReceiptState.BEING_REGISTERED
    if state in _BEING_REFUNDED:
        return ReceiptState.BEING_REFUNDED
    if state is State.ATTENTION:
        return ReceiptState.BEING_EXAMINED
    if refunded >= amount:
        return ReceiptState.REFUNDED
    return ReceiptState.PARTLY_REFUNDED if refunded else ReceiptState.REGISTERED


def vat_rows(amounts: Iterable[tuple[Money, int]]) -> tuple[VatRow, ...]:
    """Sums by rate, highest rate first, of (gross amount, rate in tenths of a per cent)."""
    gross: dict[int, int] = defaultdict(int)
    vat: dict[int, int] = defaultdict(int)
    for amount, permille in amounts:
        gross[permille] += amount.cents
        vat[permille] += vat_of(amount, permille).cents
    return tuple(
        VatRow(permille=rate, net=Money(gross[rate] - vat[rate]), vat=Money(vat[rate]), gross=Money(gross[rate]))
        for rate in sorted(gross, reverse=True)
    )


def receipt_with_all_around(payment_id: int) -> Receipt:
    around = ("payment__checkout", "payment__municipality", "payment__merchant_account__cooperation")
    receipt = Receipt.objects.select_related(*around).filter(payment_id=payment_id).first()
    if receipt is None or receipt.payment.paid_at is None or State(receipt.payment.state) in UNPAID:
        raise NoReceipt(str(payment_id))
    return receipt


def names_of_fees(lines: Iterable[PaymentLine], language: str) -> dict[tuple[str, str], str]:
    wanted = {(line.library_system, line.fee_kind) for line in lines}
    types = FeeType.objects.filter(
        library_system__in={system for system, _ in wanted}, code__in={code for _, code in wanted}
    )
    found = {(one.library_system, one.code): in_language(one.names, language) for one in types}
    # A fee type may have been removed since; its payments keep a readable name.
    return {key: found.get(key) or product_description(key[1], language) for key in wanted}


def _line_view(line: PaymentLine, *, name: str, refunded_cents: int, with_titles: bool) -> ReceiptLine:
    return ReceiptLine(
        name=name,
        title=line.title if with_titles else "",
        due_date=line.due_date,
        returned_on=line.returned_on,
        card_end=line.card_number[-4:],
        amount=Money(line.amount_cents),
        vat_permille=line.vat_permille,
        refunded=Money(refunded_cents),
    )


def _payees(
    lines: Iterable[PaymentLine], *, language: str, refunded: Mapping[int, int], with_titles: bool
) -> tuple[ReceiptPayee, ...]:
    """One block per payee in the order of their names; within it the fees as they were paid."""
    lines = list(lines)
    names = names_of_fees(lines, language)
    groups: dict[int, list[PaymentLine]] = defaultdict(list)
    for line in lines:
        groups[line.payee_id].append(line)
    ordered = sorted(groups.values(), key=lambda group: (group[0].payee.sort_key(language), group[0].payee_id))
    return tuple(
        ReceiptPayee(
            name=group[0].payee.name(language),
            business_id=group[0].payee.business_id,
            contact_email=group[0].payee.contact_email,
            contact_phone=group[0].payee.contact_phone,
            lines=tuple(
                _line_view(
                    line,
                    name=names[line.library_system, line.fee_kind],
                    refunded_cents=refunded.get(line.position, 0),
                    with_titles=with_titles,
                )
                for line in group
            ),
            subtotal=Money(sum(line.amount_cents for line in group)),
            vat=vat_rows((Money(line.amount_cents), line.vat_permille) for line in group),
        )
        for group in ordered
    )


def _refunded_by_position(refunds: Iterable[Refund]) -> dict[int, int]:
    cents: dict[int, int] = defaultdict(int)
    for refund in refunds:
        if refund.state == "refunded":
            for position, part in refund.lines.items():
                cents[int(position)] += part
    return cents


def _refund_views(refunds: Iterable[Refund]) -> tuple[ReceiptRefund, ...]:
    """A failed refund is not shown: the payment is then being examined, or another refund has followed."""
    return tuple(
        ReceiptRefund(
            amount=Money(refund.amount_cents),
            decided_at=refund.created_at,
            paid_at=refund.finished_at if refund.state == "refunded" else None,
            by_email=refund.by_email and bool(refund.provider_reference),
            credit_note=refund.credit_note,
        )
        for refund in refunds
        if refund.state == "refunded" or refund.state in _OPEN_REFUND
    )


def issuer_of(payment: Payment, payees: tuple[ReceiptPayee, ...], language: str) -> str:
    if len(payees) == 1:
        return payees[0].name
    cooperation = payment.merchant_account.cooperation
    return cooperation.name(language) if cooperation else payment.municipality.name(language)


def build_receipt(*, payment_id: int, language: str, with_titles: bool) -> ReceiptView:
    """Read a receipt in four queries, however many fees and payees it has. Raise NoReceipt.

    `with_titles` only for the patron, signed in: the link alone may have been passed on, and titles tell what people
    read.
    """
    receipt = receipt_with_all_around(payment_id)
    payment = receipt.payment
    lines = list(PaymentLine.objects.filter(payment_id=payment_id).select_related("payee").order_by("position"))
    refunds = list(Refund.objects.filter(payment_id=payment_id).order_by("created_at", "id"))
    payees = _payees(lines, language=language, refunded=_refunded_by_position(refunds), with_titles=with_titles)
    refund_views = _refund_views(refunds)
    refunded = total([refund.amount for refund in refund_views if refund.paid_at])
    amount = Money(payment.amount_cents)
    if payment.paid_at is None:
        raise NoReceipt(str(payment_id))
    return ReceiptView(
        number=payment.reference,
        token=receipt.token,
        language=language,
        issuer=issuer_of(payment, payees, language),
        issued_at=receipt.issued_at,
        paid_at=payment.paid_at,
        state=receipt_state(State(payment.state), amount=amount, refunded=refunded),
        payees=payees,
        total=amount,
        vat=vat_rows((Money(line.amount_cents), line.vat_permille) for line in lines),
        method=payment.method,
        provider=payment.merchant_account.provider,
        provider_reference=payment.provider_reference,
        refunds=refund_views,
        refunded=refunded,
        had_loan_ban=payment.checkout.had_loan_ban and with_titles,
    )
