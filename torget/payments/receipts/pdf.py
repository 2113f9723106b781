"""A receipt as a PDF."""

from dataclasses import asdict
from pathlib import Path

from torget.foundation.design.pdf import make_pdf
from torget.payments.receipts.build import ReceiptView
from torget.payments.receipts.words import receipt_document

_TEMPLATE = Path(__file__).with_name("receipt.typ")


def receipt_pdf(view: ReceiptView) -> bytes:
    """The same view gives the same bytes: the time in the file is the receipt's own."""
    content = asdict(receipt_document(view))
    return make_pdf(_TEMPLATE, content=content, at=view.issued_at, breakable=frozenset({"title"}))
