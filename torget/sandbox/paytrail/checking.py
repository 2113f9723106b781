"""What the API demands of the bodies it gets; every fault is named, as the real service's `meta` does."""

import json
import re
from collections.abc import Iterator
from typing import Any

from torget.sandbox.paytrail.answers import Refusal
from torget.sandbox.paytrail.merchants import Merchant

LARGEST_AMOUNT = 99_999_998
_TEXTS = {"firstName": 50, "lastName": 50, "companyName": 100, "phone": 100, "vatId": 100}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        raise Refusal(400, "The body is not JSON") from None
    if not isinstance(content, dict):
        raise Refusal(400, "The body is not an object")
    return content


def check_payment(body: dict[str, Any], merchant: Merchant, *, is_http_allowed: bool) -> None:
    """Raise Refusal 400 that names every fault of a `POST /payments` body."""
    faults = [
        *_text_faults(body, "stamp", 200),
        *_text_faults(body, "reference", 200),
        *_amount_faults(body),
        *_customer_faults(body.get("customer")),
        *_address_faults(body, "redirectUrls", is_http_allowed=is_http_allowed, is_required=True),
        *_address_faults(body, "callbackUrls", is_http_allowed=is_http_allowed, is_required=False),
        *_items_faults(body, merchant),
    ]
    if body.get("currency") != "EUR":
        faults.append("currency must be EUR")
    if body.get("language") not in {"FI", "SV", "EN"}:
        faults.append("language must be FI, SV or EN")
    delay = body.get("callbackDelay", 0)
    if type(delay) is not int or not 0 <= delay <= 900:
        faults.append("callbackDelay must be 0-900")
    _refuse(faults)


def check_refund(body: dict[str, Any], merchant: Merchant, *, is_http_allowed: bool) -> None:
    """Raise Refusal 400 that names every fault of a refund's body."""
    faults = list(_address_faults(body, "callbackUrls", is_http_allowed=is_http_allowed, is_required=True))
    if "amount" not in body and not (merchant.is_aggregate and body.get("items")):
        faults.append("amount is required")
    if "amount" in body and (type(body["amount"]) is not int or body["amount"] <= 0):
        faults.append("amount must be a positive integer")
    if "email" in body and not (isinstance(body["email"], str) and _EMAIL.fullmatch(body["email"])):
        faults.append("email must be an e-mail address")
    for name in ("refundStamp", "refundReference"):
        if name in body:
            faults += _text_faults(body, name, 200)
    items = body.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        _refuse([*faults, "items must be a list of objects"])
    for number, item in enumerate(items):
        if type(item.get("amount")) is not int or item["amount"] <= 0:
            faults.append(f"items[{number}].amount must be a positive integer")
        faults += _text_faults(item, "stamp", 200, where=f"items[{number}].")
    _refuse(faults)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise Refusal(400, "The request is not valid", tuple(faults))


def _text_faults(body: dict[str, Any], name: str, longest: int, *, where: str = "") -> Iterator[str]:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        yield f"{where}{name} must be a text of 1-{longest} characters"


def _amount_faults(body: dict[str, Any]) -> Iterator[str]:
    amount = body.get("amount")
    if type(amount) is not int or not 0 < amount <= LARGEST_AMOUNT:
        yield f"amount must be an integer of 1-{LARGEST_AMOUNT}"


def _customer_faults(customer: object) -> Iterator[str]:
    if not isinstance(customer, dict):
        yield "customer is required"
        return
    email = customer.get("email")
    if not isinstance(email, str) or len(email) > 200 or not _EMAIL.fullmatch(email):
        yield "customer.email must be an e-mail address of at most 200 characters"
    for name, longest in _TEXTS.items():
        if customer.get(name):
            yield from _text_faults(customer, name, longest, where="customer.")


def _address_faults(body: dict[str, Any], name: str, *, is_http_allowed: bool, is_required: bool) -> Iterator[str]:
    addresses = body.get(name)
    if addresses is None and not is_required:
        return
    if not isinstance(addresses, dict):
        yield f"{name} is required"
        return
    schemes = ("https://", "http://") if is_http_allowed else ("https://",)
    for part in ("success", "cancel"):
        address = addresses.get(part)
        # The README and the OpenAPI file disagree about the length of callback addresses; the shorter limit holds here.
        if not isinstance(address, str) or len(address) > 300 or not address.startswith(schemes):
            yield f"{name}.{part} must be an https address of at most 300 characters"


def _items_faults(body: dict[str, Any], merchant: Merchant) -> Iterator[str]:
    items = body.get("items")
    # The README calls items optional and the OpenAPI file requires them; the stricter holds here.
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        yield "items must be a list of objects"
        return
    stamps = [item["stamp"] for item in items if "stamp" in item]
    if len(set(map(str, stamps))) != len(stamps):
        yield "items must have different stamps"
    for number, item in enumerate(items):
        where = f"items[{number}]."
        yield from _item_faults(item, where)
        yield from _payee_faults(item, where, merchant)
    total = sum(item["unitPrice"] * item["units"] for item in items if _has_price(item))
    if total != body.get("amount"):
        yield f"the items sum to {total}, which is not the amount"


def _has_price(item: dict[str, Any]) -> bool:
    return type(item.get("unitPrice")) is int and type(item.get("units")) is int


def _item_faults(item: dict[str, Any], where: str) -> Iterator[str]:
    if not _has_price(item) or abs(item["unitPrice"]) > LARGEST_AMOUNT or item["units"] < 1:
        yield f"{where}unitPrice and units must be integers"
    vat = item.get("vatPercentage")
    if isinstance(vat, bool) or not isinstance(vat, int | float) or not 0 <= vat <= 100 or round(vat, 1) != vat:
        yield f"{where}vatPercentage must be 0-100 with at most one decimal"
    yield from _text_faults(item, "productCode", 100, where=where)
    for name, longest in (("description", 1000), ("category", 100), ("stamp", 200), ("reference", 200)):
        if name in item:
            value = item[name]
            if not isinstance(value, str) or len(value) > longest:
                yield f"{where}{name} must be a text of at most {longest} characters"


def _payee_faults(item: dict[str, Any], where: str, merchant: Merchant) -> Iterator[str]:
    if not merchant.is_aggregate:
        if "merchant" in item:
            yield f"{where}merchant is for shop-in-shop payments"
        return
    if item.get("merchant") not in merchant.sub_merchants:
        yield f"{where}merchant must be a sub-merchant of {merchant.account}"
    for name in ("stamp", "reference"):
        if not item.get(name):
            yield f"{where}{name} is required in shop-in-shop payments"
    if _has_price(item) and item["unitPrice"] < 0:
        yield f"{where}unitPrice must not be negative in shop-in-shop payments"
