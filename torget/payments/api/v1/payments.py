"""Payments, their receipts and their refunds."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from torget.foundation.core.languages import Language
from torget.payments.api.answer_once import Body
from torget.payments.api.paging import read_page
from torget.payments.api.reach import find_payment, find_refund, note_list, payments_of
from torget.payments.api.refund_for_client import refund_for_client
from torget.payments.api.scopes import Scope
from torget.payments.api.v1.checkouts import Cursor, IdempotencyKey, Size
from torget.payments.api.v1.description import answers
from torget.payments.api.v1.key import caller_of, request_of
from torget.payments.api.v1.replies import reply
from torget.payments.api.v1.schemas import ManyPayments, PaymentOut, ReceiptOut, RefundIn, RefundOut, Refunds
from torget.payments.api.v1.shown import show_payment, show_receipt, show_refund
from torget.payments.checkout.models import Refund
from torget.payments.core.refunding import RefundWish
from torget.payments.core.resolving import LinesNotRefundable
from torget.payments.receipts.build import build_receipt
from torget.payments.receipts.pdf import receipt_pdf

router = Router(tags=["Payments"])
LanguageOf = Annotated[Language, Query(Language.FINNISH)]


@router.get("/payments", response=answers({200: ManyPayments}, 403), operation_id="listPayments")
def many(request: HttpRequest, cursor: Cursor = None, limit: Size = 20) -> ManyPayments:
    """The payments of your checkouts, the newest first."""
    caller = caller_of(request, Scope.READ_CHECKOUTS)
    found, following = read_page(
        payments_of(caller), of="payments", client_id=caller.client_id, cursor=cursor, size=limit
    )
    note_list(caller, "payments", found)
    return ManyPayments(items=[show_payment(one) for one in found], next=following)


@router.get("/payments/{payment_id}", response=answers({200: PaymentOut}, 403, 404), operation_id="readPayment")
def one(request: HttpRequest, payment_id: UUID) -> PaymentOut:
    """How a payment stands."""
    return show_payment(find_payment(caller_of(request, Scope.READ_CHECKOUTS), payment_id))


@router.get(
    "/payments/{payment_id}/receipt", response=answers({200: ReceiptOut}, 403, 404, 409), operation_id="readReceipt"
)
def receipt(request: HttpRequest, payment_id: UUID, language: LanguageOf = Language.FINNISH) -> ReceiptOut:
    """The receipt; it exists from the moment when the money was taken, and tells of refunds too."""
    payment = find_payment(caller_of(request, Scope.READ_RECEIPTS), payment_id)
    return show_receipt(build_receipt(payment_id=payment.pk, language=language, with_titles=False))


@router.get(
    "/payments/{payment_id}/receipt.pdf",
    response=answers({200: None}, 403, 404, 409),
    operation_id="readReceiptAsPdf",
)
def receipt_as_pdf(request: HttpRequest, payment_id: UUID, language: LanguageOf = Language.FINNISH) -> HttpResponse:
    """The receipt as PDF/UA-1 and PDF/A-2a."""
    payment = find_payment(caller_of(request, Scope.READ_RECEIPTS), payment_id)
    view = build_receipt(payment_id=payment.pk, language=language, with_titles=False)
    response = HttpResponse(receipt_pdf(view), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="torget-{view.number}.pdf"'
    return response


@router.get("/payments/{payment_id}/refunds", response=answers({200: Refunds}, 403, 404), operation_id="listRefunds")
def refunds(request: HttpRequest, payment_id: UUID) -> Refunds:
    """Every refund of a payment, whoever asked for it; the oldest first."""
    payment = find_payment(caller_of(request, Scope.READ_CHECKOUTS), payment_id)
    rows = Refund.objects.filter(payment=payment).select_related("payment").order_by("pk")
    return Refunds(items=[show_refund(row) for row in rows])


def _shown(refund: Refund) -> Body:
    return show_refund(refund).model_dump(mode="json")


@router.post(
    "/payments/{payment_id}/refunds",
    response=answers({201: RefundOut}, 400, 403, 404, 409, 413, 415, 503),
    operation_id="refundPayment",
)
def refund(request: HttpRequest, payment_id: UUID, wish: RefundIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Send money back. Above the payee's limit it is `waiting_for_approval` until a person at the library agrees."""
    caller = caller_of(request, Scope.REFUND)
    payment = find_payment(caller, payment_id)

    def wanted(left: dict[int, int]) -> RefundWish:
        parts = {part.position: part.amount_cents for part in wish.lines} if wish.lines else left
        if wish.lines and len(parts) != len(wish.lines):
            raise LinesNotRefundable
        return RefundWish(cents=parts, category=wish.category, reason=wish.reason, fee=wish.fee, email=wish.email or "")

    answer = refund_for_client(
        caller=caller,
        request=request_of(request, caller, idempotency_key),
        payment=payment,
        wish=wanted,
        at=timezone.now(),
        show=_shown,
    )
    root = request.path.partition("/payments/")[0]
    return reply(answer, location=f"{root}/refunds/{answer.body['id']}")


@router.get("/refunds/{refund_id}", response=answers({200: RefundOut}, 403, 404), operation_id="readRefund")
def one_refund(request: HttpRequest, refund_id: UUID) -> RefundOut:
    """How a refund stands."""
    return show_refund(find_refund(caller_of(request, Scope.READ_CHECKOUTS), refund_id))
