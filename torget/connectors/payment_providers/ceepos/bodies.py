"""Our orders as Ceepos' JSON requests."""

import re
from typing import Any

from torget.payments.core.ports import PaymentOrder

WEB_SHOP = 3
NO_NAME = "ei tietoa"
"""Without a name the shop asks the payer for one; we never send a patron's, and this is what Finna sends."""
CODE_LENGTH = 25
PRODUCT_DESCRIPTION_LENGTH = 40
TEXT_LENGTH = 99

_FORBIDDEN = str.maketrans({";": None, "'": " ", "&": " ", "’": " ", "–": "-", "—": "-", "€": "EUR"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def clean(text: str, longest: int = TEXT_LENGTH) -> str:
    """What Ceepos can take: Latin-1 without `;` (removed there) and `'` (which cuts the text), trimmed."""
    plain = _CONTROL.sub(" ", text.translate(_FORBIDDEN)).encode("latin-1", "ignore").decode("latin-1")
    return " ".join(plain.split())[:longest].strip()


def payment_body(order: PaymentOrder, *, source: str, api_version: str) -> dict[str, Any]:
    """The fields in the order of the manual; no name of a person and no title of a loan is ever among them."""
    body: dict[str, Any] = {"ApiVersion": api_version, "Source": source, "Id": order.stamp, "Mode": WEB_SHOP}
    if is_version_3(api_version):
        body["Action"] = "new payment"
    body |= {
        "Description": clean(order.reference),
        "Products": [
            {
                "Code": line.product_code,
                "Amount": 1,
                "Price": line.amount.cents,
                "Description": clean(line.description, PRODUCT_DESCRIPTION_LENGTH),
            }
            for line in order.lines
        ],
        "Email": order.email,
        "FirstName": NO_NAME,
        "LastName": NO_NAME,
        "Language": order.language,
        "ReturnAddress": order.return_url,
        "NotificationAddress": order.callback_url,
    }
    return body


def is_version_3(api_version: str) -> bool:
    return api_version.startswith("3.")
