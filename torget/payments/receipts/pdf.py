"""A receipt as an accessible PDF that can be archived: PDF/UA-1 and PDF/A-2a in one file."""

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock

import typst

from torget.payments.receipts.build import ReceiptView
from torget.payments.receipts.words import ReceiptDocument, receipt_document

_TEMPLATE = Path(__file__).with_name("receipt.typ")

FONT_RANGES = (
    *((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x23F), (0x386, 0x386), (0x388, 0x38A), (0x38C, 0x38C), (0x38E, 0x3A1)),
    *((0x3A3, 0x3CE), (0x400, 0x45F), (0x462, 0x463), (0x470, 0x477), (0x490, 0x4C4), (0x1E00, 0x1E9B)),
    *((0x1E9E, 0x1E9E), (0x1EA0, 0x1EF9), (0x2010, 0x2027), (0x2030, 0x2037), (0x2039, 0x203A), (0x20AC, 0x20AC)),
)
"""What Libertinus Serif, which comes with typst, has of Latin, Greek and Cyrillic upright and italic; a test holds it.

Both standards refuse a character without a glyph, and typst 0.15 panics on some of them, so that a book in Arabic or a
title with an emoji would cost the patron the whole receipt.
"""

NO_GLYPH = "…"
_KNOWN = "".join(f"{chr(first)}-{chr(last)}" for first, last in FONT_RANGES)
_WITHOUT_GLYPH = re.compile(f"[^{_KNOWN}]+")
_LONG_WORD = re.compile(r"\S{36}(?=\S)")
_SPACES = re.compile(r"[\t\n\r\f\v\u2028\u2029]+")

_one_at_a_time = Lock()


def printable(text: str) -> str:
    """The text with only what the font has: composed, each run of other characters one ellipsis."""
    composed = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    visible = "".join(char for char in composed if unicodedata.category(char) not in ("Cc", "Cf"))
    return _WITHOUT_GLYPH.sub(NO_GLYPH, visible)


def _printable_all(value: object, key: str = "") -> object:
    if isinstance(value, str):
        # A title's longest words may break, so that they stay in their column; an e-mail address must stay whole.
        return _LONG_WORD.sub("\\g<0>\u200b", printable(value)) if key == "title" else printable(value)
    if isinstance(value, dict):
        return {name: _printable_all(one, name) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable_all(one) for one in value]
    return value


@cache
def _compiler() -> typst.Compiler:
    """One per process: reading the fonts takes longer than a receipt. System fonts would differ between machines."""
    return typst.Compiler(
        input=str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        font_paths=typst.Fonts(include_system_fonts=False),
        ignore_system_fonts=True,
    )


def receipt_pdf(view: ReceiptView) -> bytes:
    return document_pdf(receipt_document(view), view.issued_at)


def document_pdf(made_of: ReceiptDocument, issued_at: datetime) -> bytes:
    """The same document gives the same bytes: the time in the file is the document's own."""
    document = _printable_all(asdict(made_of))
    words = json.dumps(document, ensure_ascii=False)
    with _one_at_a_time:
        made = _compiler().compile(
            format="pdf",
            sys_inputs={"receipt": words},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(issued_at.timestamp()),
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave more than one file")
    return made
