"""Our orders as the JSON bodies of Paytrail's Payment API."""

from typing import Any

from torget.payments.core.giving_back import RefundOrder
from torget.payments.core.ports import OrderLine, PaymentOrder, ProviderRefused

# Lengths and the largest amount as the README of the API documentation states them.
STAMP_LENGTH = 200
REFERENCE_LENGTH = 200
EMAIL_LENGTH = 200
ADDRESS_LENGTH = 300
PRODUCT_CODE_LENGTH = 100
DESCRIPTION_LENGTH = 1000
LARGEST_AMOUNT_CENTS = 99_999_998
LANGUAGES = ("FI", "SV", "EN")


def payment_body(order: PaymentOrder, *, is_aggregate: bool, callback_delay_seconds: int) -> dict[str, Any]:
    """The body of `POST /payments`; no name of a person and no title of a loan is ever in it."""
    _check_order(order, is_aggregate=is_aggregate)
    language = order.language.upper()
    body: dict[str, Any] = {
        "stamp": order.stamp,
        "reference": order.reference,
        "amount": order.amount.cents,
        "currency": "EUR",
        "language": language if language in LANGUAGES else "FI",
        "items": [_item(line, reference=order.reference) for line in order.lines],
        "customer": {"email": order.email},
        "redirectUrls": {"success": order.return_url, "cancel": order.return_url},
        "callbackUrls": {"success": order.callback_url, "cancel": order.callback_url},
    }
    if callback_delay_seconds:
        body["callbackDelay"] = callback_delay_seconds
    return body


def refund_body(order: RefundOrder, *, is_aggregate: bool) -> dict[str, Any]:
    """The body of `POST /payments/{id}/refund`: an aggregate pays back by items, or all with the amount alone."""
    body: dict[str, Any] = {
        "refundStamp": order.refund_stamp,
        "refundReference": order.refund_stamp,
        "callbackUrls": {"success": order.callback_url, "cancel": order.callback_url},
    }
    if order.email:
        body["email"] = order.email
    if not (is_aggregate and order.lines):
        return {"amount": order.amount.cents, **body}
    if sum(line.amount.cents for line in order.lines) != order.amount.cents:
        raise ProviderRefused("the lines of the refund do not sum to its amount; nothing was sent")
    body["items"] = [
        {
            "amount": line.amount.cents,
            "stamp": line.order_line_stamp,
            "refundStamp": f"{order.refund_stamp}-{number}",
            "refundReference": order.refund_stamp,
        }
        for number, line in enumerate(order.lines, start=1)
    ]
    return body


def _item(line: OrderLine, *, reference: str) -> dict[str, Any]:
    whole, tenths = divmod(line.vat_permille, 10)
    item: dict[str, Any] = {
        "unitPrice": line.amount.cents,
        "units": 1,
        # A whole number must not be written 25.0, which another JSON writer would sign as 25.
        "vatPercentage": line.vat_permille / 10 if tenths else whole,
        "productCode": line.product_code[:PRODUCT_CODE_LENGTH],
        "description": line.description[:DESCRIPTION_LENGTH],
        "stamp": line.stamp,
    }
    if line.sub_merchant is not None:
        item["merchant"] = line.sub_merchant
        item["reference"] = reference
    return item


def _check_order(order: PaymentOrder, *, is_aggregate: bool) -> None:
    """Refuse before sending what must not be cut: identifiers, addresses, money and payees."""
    amount_cents = order.amount.cents
    faults = {
        "an e-mail address is required": not 0 < len(order.email) <= EMAIL_LENGTH,
        "the stamp is missing or too long": not 0 < len(order.stamp) <= STAMP_LENGTH,
        "the reference is missing or too long": not 0 < len(order.reference) <= REFERENCE_LENGTH,
        "an address is too long": max(len(order.return_url), len(order.callback_url)) > ADDRESS_LENGTH,
        "the amount is not payable": not 0 < amount_cents <= LARGEST_AMOUNT_CENTS,
        "a line has no product code": any(not line.product_code for line in order.lines),
        "a line's stamp is missing or too long": any(not 0 < len(line.stamp) <= STAMP_LENGTH for line in order.lines),
        "a line's stamp is repeated": len({line.stamp for line in order.lines}) != len(order.lines),
        # Money of one municipality must not fall silently to the account of another.
        "every line of an aggregate account needs a payee, and no line of another account may have one": any(
            (line.sub_merchant is None) is is_aggregate for line in order.lines
        ),
        "an aggregate account takes no negative lines": is_aggregate
        and any(line.amount.cents < 0 for line in order.lines),
    }
    for fault, is_present in faults.items():
        if is_present:
            raise ProviderRefused(f"{fault}; nothing was sent")
