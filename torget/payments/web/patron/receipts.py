"""A receipt: as a page and as a PDF, for whoever has its unguessable address."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.design.templatetags.torget_format import NO_BREAK_SPACE
from torget.payments.checkout.models import Receipt
from torget.payments.receipts.build import NoReceipt, ReceiptView, build_receipt
from torget.payments.receipts.credit_note import CreditNote, build_credit_note
from torget.payments.receipts.pdf import document_pdf, receipt_pdf
from torget.payments.web.looks import note_look
from torget.payments.web.patron_session import signed_in_patron


def _find(request: HttpRequest, token: str) -> tuple[Receipt, bool]:
    """Titles only for the patron whose receipt it is; the link alone may have been passed on."""
    found = get_object_or_404(Receipt.objects.select_related("payment__checkout"), token=token)
    patron, owner_id = signed_in_patron(request), found.payment.checkout.patron_id
    note_look(request, owner_id=owner_id, action="read receipt", subject=f"payment:{found.payment_id}")
    return found, patron is not None and patron.patron_id == owner_id


def _view(request: HttpRequest, token: str) -> ReceiptView:
    found, is_own = _find(request, token)
    return build_receipt(payment_id=found.payment_id, language=get_language() or "fi", with_titles=is_own)


def _credit_note(request: HttpRequest, token: str, number: int) -> CreditNote:
    found, is_own = _find(request, token)
    try:
        return build_credit_note(
            payment_id=found.payment_id, number=number, language=get_language() or "fi", with_titles=is_own
        )
    except NoReceipt:
        raise Http404 from None


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    response = render(request, "payments/receipt.html", {"receipt": _view(request, token), "token": token})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def receipt_as_pdf(request: HttpRequest, token: str) -> HttpResponse:
    view = _view(request, token)
    response = HttpResponse(receipt_pdf(view), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="torget-{view.number}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def credit_note(request: HttpRequest, token: str, number: int) -> HttpResponse:
    context = {"note": _credit_note(request, token, number), "token": token, "number": number}
    response = render(request, "payments/credit_note.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def credit_note_as_pdf(request: HttpRequest, token: str, number: int) -> HttpResponse:
    note = _credit_note(request, token, number)
    response = HttpResponse(document_pdf(note.document, note.issued_at), content_type="application/pdf")
    name = note.number.replace(NO_BREAK_SPACE, "")
    response.headers["Content-Disposition"] = f'inline; filename="torget-{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
