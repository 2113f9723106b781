"""The words of a receipt, for templates."""

from django import template

from torget.payments.receipts.build import ReceiptView
from torget.payments.receipts.words import ReceiptDocument
from torget.payments.receipts.words import receipt_document as document_of

register = template.Library()


@register.simple_tag
def receipt_document(receipt: ReceiptView) -> ReceiptDocument:
    return document_of(receipt)
