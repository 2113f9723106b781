"""What can go wrong, by RFC 9457: each problem has one code, one status, and words for whoever programs against us."""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.http import HttpResponse

CONTENT_TYPE = "application/problem+json"
_TYPE = "https://torget.example/problems/"


class Problem(Enum):
    """Status, title, and what to do about it."""

    BAD_REQUEST = (400, "The request cannot be read", "Send a body of valid JSON in UTF-8.")
    UNAUTHORIZED = (401, "No valid key", "Send 'Authorization: Bearer' with a key of this Torget that is not revoked.")
    MISSING_SCOPE = (403, "The key may not do this", "Ask whoever gave you the key for the scope that is named.")
    RETURN_URL_NOT_ALLOWED = (403, "The return address is not allowed", "Have its origin added to your client.")
    NOT_FOUND = (404, "Not found", "There is no such thing, or it is not yours to see.")
    CARD_NOT_FOUND = (404, "No such card", "The library system knows no patron by this card number.")
    METHOD_NOT_ALLOWED = (405, "The method is not allowed here", "See the Allow header field.")
    CARD_NEEDS_PIN = (
        409,
        "The library system tells nothing of a card alone",
        "Let the patron sign in at Torget itself.",
    )
    FEES_CHANGED = (409, "The fees have changed", "Read the fees again and let the patron choose anew.")
    FEE_IN_ANOTHER_PAYMENT = (409, "A fee is in another payment", "Let the patron finish that payment or give it up.")
    MAY_BE_PAID = (409, "It may have been paid", "The provider does not say yet; ask again in a minute.")
    NOT_OPEN = (409, "There is nothing to pay", "Read the checkout: its payments say why.")
    NO_RECEIPT = (409, "There is no receipt", "A receipt exists from the moment when the money was taken.")
    NOT_REFUNDABLE = (409, "This cannot be refunded so", "Read the payment: less is left, or another refund is open.")
    MOVED_ON = (409, "The payment has moved on", "Read it again; whatever you wanted may have happened.")
    EMAIL_REQUIRED = (409, "An e-mail address is required", "The way it was paid can be refunded by e-mail only.")
    TOO_LARGE = (413, "The request is too large", "No request of this interface needs so much.")
    UNSUPPORTED_MEDIA_TYPE = (415, "The body is not JSON", "Send it as application/json.")
    INVALID = (422, "The request is not valid", "See 'errors' for each place and what is wrong there.")
    KEY_USED_OTHERWISE = (422, "The idempotency key was used otherwise", "Make a new key for each new request.")
    TOO_MANY_REQUESTS = (429, "Too many requests", "Wait for as many seconds as Retry-After says.")
    SERVER_ERROR = (500, "Something went wrong with us", "Repeat the request, writes with the same idempotency key.")
    PROVIDER_UNAVAILABLE = (503, "The payment service does not answer", "Try again in a few minutes.")
    LIBRARY_UNAVAILABLE = (503, "The library system does not answer", "Try again in a few minutes.")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def title(self) -> str:
        return self.value[1]

    @property
    def advice(self) -> str:
        return self.value[2]

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(eq=False)
class ApiProblem(Exception):
    """Raised by an operation; the frame around it answers with it."""

    problem: Problem
    detail: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def problem_response(problem: Problem, detail: str = "", **more: Any) -> HttpResponse:
    body = {
        "type": f"{_TYPE}{problem.code.replace('_', '-')}",
        "title": problem.title,
        "status": problem.status,
        "detail": detail or problem.advice,
        "code": problem.code,
        **more,
    }
    response = HttpResponse(json.dumps(body), content_type=CONTENT_TYPE, status=problem.status)
    if problem is Problem.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Torget"'
    if problem.status == 503:
        response.headers["Retry-After"] = "120"
    return response
