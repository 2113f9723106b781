"""What Ceepos demands of a request; any fault is Status 99, and the manual names none."""

import hmac
import re
from collections.abc import Iterator, Mapping
from typing import Any

from torget.sandbox.ceepos.hashing import hash_for
from torget.sandbox.providers.merchants import Merchant

VERSIONS = ("3.0.5", "2.1.2")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TEXTS = ("Description", "FirstName", "LastName")


def faults_of(body: Mapping[str, Any], merchant: Merchant, *, is_http_allowed: bool) -> list[str]:
    """Empty if the request is good."""
    found = [*_head_faults(body, merchant), *_text_faults(body), *_product_faults(body.get("Products"))]
    schemes = ("https://", "http://") if is_http_allowed else ("https://",)
    found += [
        f"{name} must be an https address"
        for name in ("ReturnAddress", "NotificationAddress")
        if not isinstance(body.get(name), str) or not body[name].startswith(schemes)
    ]
    if not found:
        expected = hash_for("request", body, merchant.secret)
        if not hmac.compare_digest(expected.encode(), str(body.get("Hash", "")).lower().encode()):
            found.append("Hash does not fit")
    return found


def _head_faults(body: Mapping[str, Any], merchant: Merchant) -> Iterator[str]:
    version = merchant.more.get("api_version", "3.0.5")
    if body.get("ApiVersion") != version:
        yield f"ApiVersion must be {version}"
    if not isinstance(body.get("Id"), str) or not 0 < len(body["Id"]) <= 64:
        yield "Id must be a text"
    if body.get("Mode") not in (3, "3"):
        yield "Mode must be 3"
    is_version_3 = version.startswith("3")
    if is_version_3 and body.get("Action") != "new payment":
        yield "Action must be new payment"
    if not is_version_3 and "Action" in body:
        yield "Action is not of this version"


def _text_faults(body: Mapping[str, Any]) -> Iterator[str]:
    """The real one repairs such texts before it hashes them, so that the hash no longer fits."""
    rows = [row for row in body.get("Products") or () if isinstance(row, dict)]
    texts = [(name, body.get(name, ""), 99) for name in _TEXTS]
    texts += [("product Description", row.get("Description", ""), 100) for row in rows]
    for name, text, longest in texts:
        if not isinstance(text, str) or len(text) > longest or text != text.strip() or set(text) & set(";'"):
            yield f"{name} has a form that is not taken"
        elif text.encode("latin-1", "ignore").decode("latin-1") != text:
            yield f"{name} has letters that are not taken"
    if not isinstance(body.get("Email"), str) or not _EMAIL.fullmatch(body["Email"]):
        yield "Email must be an e-mail address"
    if body.get("Language") not in (None, "fi", "sv", "en"):
        yield "Language is not installed"


def _product_faults(products: object) -> Iterator[str]:
    if not isinstance(products, list) or not products or not all(isinstance(row, dict) for row in products):
        yield "Products must be a list of objects"
        return
    for row in products:
        code = row.get("Code")
        if not isinstance(code, str) or not 0 < len(code) <= 25:
            yield "Code must be of the product register"
        if type(row.get("Price")) is not int or type(row.get("Amount", 1)) is not int:
            yield "Price and Amount must be integers"
    if not sum(row.get("Price", 0) * row.get("Amount", 1) for row in products if type(row.get("Price")) is int) > 0:
        yield "nothing is to be paid"
