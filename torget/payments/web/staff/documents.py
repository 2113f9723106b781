"""The documents of a payment: its receipt and the credit notes of its refunds, each as a page and a PDF."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from torget.payments.checkout.models import Payment, Receipt
from torget.payments.receipts.words import credit_note_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    text: str
    url: str
    pdf_url: str


def documents_of(payment: Payment) -> list[Document]:
    receipt = Receipt.objects.filter(payment=payment).first()
    if receipt is None:
        return []
    documents = [
        Document(
            text=_("Receipt %(number)s") % {"number": payment.reference},
            url=reverse("receipt", args=[receipt.token]),
            pdf_url=reverse("receipt-pdf", args=[receipt.token]),
        )
    ]
    numbers = payment.refunds.filter(credit_note__isnull=False).order_by("credit_note")
    for number in numbers.values_list("credit_note", flat=True):
        where = [receipt.token, number]
        documents.append(
            Document(
                text=_("Credit note %(number)s") % {"number": credit_note_number(payment.reference, number or 0)},
                url=reverse("credit-note", args=where),
                pdf_url=reverse("credit-note-pdf", args=where),
            )
        )
    return documents
