"""Rows as the interface shows them."""

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse

from torget.foundation.core.languages import Language
from torget.payments.api.card_fees import CardFees
from torget.payments.api.v1.schemas import (
    CheckoutOut,
    FeeOut,
    FeesOut,
    LineOut,
    MunicipalityOut,
    PaymentOut,
    ReceiptLineOut,
    ReceiptOut,
    ReceiptPayeeOut,
    RefundLineOut,
    RefundOut,
    VatOut,
    texts,
)
from torget.payments.api.v1.words import PAYMENT_WORDS, REFUND_WORDS, checkout_word
from torget.payments.checkout.held_fees import HeldFee
from torget.payments.checkout.models import Checkout, Payment, Refund
from torget.payments.core.checkout import State
from torget.payments.core.fees import AssessedFee, NotPayable
from torget.payments.fees.policy import ConfiguredFees
from torget.payments.receipts.build import ReceiptView


def page_url(name: str, token: str) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[token])


def _why_not(one: AssessedFee, held: HeldFee | None) -> NotPayable | None:
    if held is not None:
        return NotPayable.BEING_REGISTERED if held.is_paid else NotPayable.IN_PAYMENT
    return one.not_payable


def _fee(one: AssessedFee, configured: ConfiguredFees, held: HeldFee | None, own: frozenset[str]) -> FeeOut:
    fee, its = one.fee, configured.texts.get(one.fee.kind)
    why_not = _why_not(one, held)
    municipality = configured.municipalities.get(one.payee.municipality) if one.payee else None
    has_words = its is not None and why_not is NotPayable.TYPE_NOT_PAYABLE
    return FeeOut(
        reference=fee.reference,
        kind=fee.kind,
        names=texts(its.names) if its else None,
        payee=MunicipalityOut(slug=one.payee.municipality, names=texts(municipality.names))
        if one.payee and municipality
        else None,
        amount_cents=fee.outstanding.cents,
        charged_cents=fee.charged.cents,
        is_payable=why_not is None,
        not_payable=why_not,
        not_payable_texts=texts(its.not_payable_reasons) if its and has_words else None,
        incurred_on=fee.incurred_on,
        due_date=fee.due_date,
        returned_on=fee.returned_on,
        checkout_id=held.checkout_token if held is not None and held.checkout_token in own else None,
    )


def show_fees(found: CardFees, *, own_checkouts: frozenset[str]) -> FeesOut:
    payable = found.now.payable
    fees = [_fee(one, payable.configured, payable.held.get(one.fee.reference), own_checkouts) for one in found.visible]
    return FeesOut(
        fees=fees,
        payable_cents=sum(one.amount_cents for one in fees if one.is_payable),
        must_pay_all=found.must_pay_all,
    )


def show_payment(payment: Payment) -> PaymentOut:
    return PaymentOut(
        id=payment.token,
        checkout_id=payment.checkout.token,
        reference=payment.reference,
        state=PAYMENT_WORDS[State(payment.state)],
        amount_cents=payment.amount_cents,
        refunded_cents=payment.refunded_cents,
        currency=payment.currency,
        method=payment.method,
        created_at=payment.created_at,
        paid_at=payment.paid_at,
        registered_at=payment.registered_at,
        lines=[
            LineOut(
                position=line.position,
                fee_reference=line.fee_reference,
                kind=line.fee_kind,
                payee=line.payee.slug,
                amount_cents=line.amount_cents,
                refunded_cents=line.refunded_cents,
                outcome=line.outcome,
            )
            for line in payment.lines.all()
        ],
    )


def show_checkout(checkout: Checkout) -> CheckoutOut:
    payments = [show_payment(one) for one in checkout.payments.all()]
    return CheckoutOut(
        id=checkout.token,
        page_url=page_url("checkout", checkout.token),
        state=checkout_word([one.state for one in payments]),
        amount_cents=sum(one.amount_cents for one in payments),
        language=Language(checkout.language),
        created_at=checkout.created_at,
        payments=payments,
    )


def _lines_of(cents: Mapping[str, int]) -> list[RefundLineOut]:
    ordered = sorted((int(position), part) for position, part in cents.items())
    return [RefundLineOut(position=position, amount_cents=part) for position, part in ordered]


def show_refund(refund: Refund) -> RefundOut:
    return RefundOut(
        id=refund.stamp,
        payment_id=refund.payment.token,
        state=REFUND_WORDS[refund.state],
        amount_cents=refund.amount_cents,
        lines=_lines_of(refund.lines),
        category=refund.category,
        created_at=refund.created_at,
        expires_at=refund.expires_at if refund.state == "proposed" else None,
        finished_at=refund.finished_at,
    )


def show_receipt(view: ReceiptView) -> ReceiptOut:
    return ReceiptOut(
        number=view.number,
        issuer=view.issuer,
        issued_at=view.issued_at,
        paid_at=view.paid_at,
        state=view.state.value,
        total_cents=view.total.cents,
        refunded_cents=view.refunded.cents,
        method=view.method,
        payees=[
            ReceiptPayeeOut(
                name=payee.name,
                business_id=payee.business_id,
                contact_email=payee.contact_email,
                contact_phone=payee.contact_phone,
                lines=[
                    ReceiptLineOut(
                        name=line.name,
                        amount_cents=line.amount.cents,
                        refunded_cents=line.refunded.cents,
                        vat_permille=line.vat_permille,
                    )
                    for line in payee.lines
                ],
                subtotal_cents=payee.subtotal.cents,
            )
            for payee in view.payees
        ],
        vat=[
            VatOut(permille=row.permille, net_cents=row.net.cents, vat_cents=row.vat.cents, gross_cents=row.gross.cents)
            for row in view.vat
        ],
        page_url=page_url("receipt", view.token),
    )
