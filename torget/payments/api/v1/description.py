"""The interface's own description (OpenAPI 3.1): what every operation can answer, and which leads on to which."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from torget.payments.api.v1.problems import CONTENT_TYPE
from torget.payments.api.v1.schemas import ProblemOut

ALWAYS = (401, 422, 429, 500)
_PDF = "application/pdf"

# What of an answer the next request takes: a tool that follows these plays whole stories.
_CHECKOUT = {
    "readCheckout": {"operationId": "readCheckout", "parameters": {"checkout_id": "$response.body#/id"}},
    "openPaymentPage": {"operationId": "openPaymentPage", "parameters": {"checkout_id": "$response.body#/id"}},
    "giveUpCheckout": {"operationId": "giveUpCheckout", "parameters": {"checkout_id": "$response.body#/id"}},
    "readPayment": {
        "operationId": "readPayment",
        "parameters": {"payment_id": "$response.body#/payments/0/id"},
    },
}
_PAYMENT = {
    "readReceipt": {"operationId": "readReceipt", "parameters": {"payment_id": "$response.body#/id"}},
    "readReceiptAsPdf": {"operationId": "readReceiptAsPdf", "parameters": {"payment_id": "$response.body#/id"}},
    "listRefunds": {"operationId": "listRefunds", "parameters": {"payment_id": "$response.body#/id"}},
    "refundPayment": {"operationId": "refundPayment", "parameters": {"payment_id": "$response.body#/id"}},
    "readPaymentsCheckout": {
        "operationId": "readCheckout",
        "parameters": {"checkout_id": "$response.body#/checkout_id"},
    },
}
_LINKS: dict[tuple[str, str], dict[str, Any]] = {
    ("startCheckout", "201"): _CHECKOUT,
    ("readCheckout", "200"): {name: link for name, link in _CHECKOUT.items() if name != "readCheckout"},
    ("listCheckouts", "200"): {
        "readCheckout": {"operationId": "readCheckout", "parameters": {"checkout_id": "$response.body#/items/0/id"}},
        "next": {"operationId": "listCheckouts", "parameters": {"cursor": "$response.body#/next"}},
    },
    ("listPayments", "200"): {
        "readPayment": {"operationId": "readPayment", "parameters": {"payment_id": "$response.body#/items/0/id"}},
        "next": {"operationId": "listPayments", "parameters": {"cursor": "$response.body#/next"}},
    },
    ("readPayment", "200"): _PAYMENT,
    ("refundPayment", "201"): {
        "readRefund": {"operationId": "readRefund", "parameters": {"refund_id": "$response.body#/id"}},
        "readRefundedPayment": {
            "operationId": "readPayment",
            "parameters": {"payment_id": "$response.body#/payment_id"},
        },
    },
}

_HEADERS = {
    "RateLimit-Policy": {
        "description": "How much a client may ask, as in draft-ietf-httpapi-ratelimit-headers",
        "schema": {"type": "string"},
    },
    "RateLimit": {"description": "What is left of it now", "schema": {"type": "string"}},
}


def answers(good: dict[int, Any], *problems: int) -> dict[int, Any]:
    """The good answers of an operation and the problems that it can meet; some of these can always be met."""
    return good | dict.fromkeys(sorted({*ALWAYS, *problems}), ProblemOut)


class DescribedApi(NinjaAPI):
    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"] = {
                    str(status): _response(operation["operationId"], str(status), response)
                    for status, response in operation["responses"].items()
                }
        return schema


def _response(operation_id: str, status: str, response: dict[str, Any]) -> dict[str, Any]:
    made = {**response, "headers": dict(_HEADERS)}
    if int(status) >= 400:
        made["content"] = {CONTENT_TYPE: response["content"]["application/json"]}
        if status in ("401", "413", "500"):
            # No client is known yet, or nothing more is sure.
            made.pop("headers")
    elif operation_id == "readReceiptAsPdf":
        made["content"] = {_PDF: {"schema": {"type": "string", "format": "binary"}}}
    links = _LINKS.get((operation_id, status))
    return {**made, "links": links} if links else made
