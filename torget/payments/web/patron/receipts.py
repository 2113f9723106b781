"""A receipt: as a page and as a PDF, for whoever has its unguessable address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.payments.checkout.models import Receipt
from torget.payments.receipts.build import ReceiptView, build_receipt
from torget.payments.receipts.pdf import receipt_pdf
from torget.payments.web.patron_session import signed_in_patron


def _view(request: HttpRequest, token: str) -> ReceiptView:
    """Titles only for the patron whose receipt it is; the link alone may have been passed on."""
    found = get_object_or_404(Receipt.objects.select_related("payment__checkout"), token=token)
    patron = signed_in_patron(request)
    is_own = patron is not None and patron.patron_id == found.payment.checkout.patron_id
    return build_receipt(payment_id=found.payment_id, language=get_language() or "fi", with_titles=is_own)


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
