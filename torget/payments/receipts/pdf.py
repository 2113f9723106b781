"""Receipts and credit notes as PDFs."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from torget.foundation.design.pdf import make_pdf
from torget.payments.receipts.build import ReceiptView
from torget.payments.receipts.words import ReceiptDocument, receipt_document

_TEMPLATE = Path(__file__).with_name("receipt.typ")


def receipt_pdf(view: ReceiptView) -> bytes:
    return document_pdf(receipt_document(view), view.issued_at)


def document_pdf(made_of: ReceiptDocument, issued_at: datetime) -> bytes:
    """The same document gives the same bytes: the time in the file is the document's own."""
    return make_pdf(_TEMPLATE, content=asdict(made_of), at=issued_at, breakable=frozenset({"title"}))
