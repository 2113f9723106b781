"""Version 1 put together: the operations, and what each error of the program is called outside."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from torget.payments.api.answer_once import KeyUsedOtherwise
from torget.payments.api.paging import BadCursor
from torget.payments.api.reach import NothingThere
from torget.payments.api.start_for_client import ReturnUrlNotAllowed
from torget.payments.api.v1 import cards, checkouts, payments
from torget.payments.api.v1.description import DescribedApi
from torget.payments.api.v1.key import ClientKey
from torget.payments.api.v1.problems import ApiProblem, Problem, problem_response
from torget.payments.checkout.open_page import PageBeingMade, PageNotAvailable, ProviderGaveNoPage
from torget.payments.checkout.refund import EmailRequired
from torget.payments.checkout.resolve import MayNotAct, NotAllowedNow, NoteRequired, SomebodyWasFaster
from torget.payments.checkout.start import FeeInAnotherPayment, FeesChanged, NothingChosen
from torget.payments.checkout.withdraw import MayBePaid
from torget.payments.core.ports import LibrarySystemError, PatronNotFound
from torget.payments.core.resolving import LinesDiffer, LinesNotRefundable
from torget.payments.fees.find_patron import CannotFindPatrons
from torget.payments.receipts.build import NoReceipt

logger = logging.getLogger("torget.api")

_CALLED: dict[type[Exception], Problem] = {
    Http404: Problem.NOT_FOUND,
    NothingThere: Problem.NOT_FOUND,
    MayNotAct: Problem.NOT_FOUND,
    PatronNotFound: Problem.CARD_NOT_FOUND,
    CannotFindPatrons: Problem.CARD_NEEDS_PIN,
    LibrarySystemError: Problem.LIBRARY_UNAVAILABLE,
    ProviderGaveNoPage: Problem.PROVIDER_UNAVAILABLE,
    PageNotAvailable: Problem.NOT_OPEN,
    PageBeingMade: Problem.MOVED_ON,
    MayBePaid: Problem.MAY_BE_PAID,
    FeesChanged: Problem.FEES_CHANGED,
    NothingChosen: Problem.FEES_CHANGED,
    FeeInAnotherPayment: Problem.FEE_IN_ANOTHER_PAYMENT,
    ReturnUrlNotAllowed: Problem.RETURN_URL_NOT_ALLOWED,
    NoReceipt: Problem.NO_RECEIPT,
    EmailRequired: Problem.EMAIL_REQUIRED,
    LinesNotRefundable: Problem.NOT_REFUNDABLE,
    LinesDiffer: Problem.NOT_REFUNDABLE,
    NotAllowedNow: Problem.NOT_REFUNDABLE,
    NoteRequired: Problem.NOT_REFUNDABLE,
    SomebodyWasFaster: Problem.MOVED_ON,
    KeyUsedOtherwise: Problem.KEY_USED_OTHERWISE,
    RequestDataTooBig: Problem.TOO_LARGE,
}

api = DescribedApi(
    title="Torget: library fees",
    version="1",
    description=(
        "Fees of a library card, payments, receipts and refunds, for programs such as a library's catalogue. "
        "How to begin: docs/how-to/use-the-api.md."
    ),
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
    auth=ClientKey(),
)
for router in (cards.router, checkouts.router, payments.router):
    api.add_router("", router)


def _handler(problem: Problem) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda _request, _error: problem_response(problem)


for error, problem in _CALLED.items():
    api.add_exception_handler(error, _handler(problem))


@api.exception_handler(ApiProblem)
def own(_request: HttpRequest, error: ApiProblem) -> HttpResponse:
    return problem_response(error.problem, error.detail, **error.more)


@api.exception_handler(BadCursor)
def bad_cursor(_request: HttpRequest, _error: BadCursor) -> HttpResponse:
    return problem_response(Problem.INVALID, errors=[{"where": "query.cursor", "says": "Not one of ours."}])


@api.exception_handler(ValidationError)
def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Where and why, but never the value: it may be a card number."""
    errors = [
        {"where": ".".join(str(part) for part in one["loc"]), "says": str(one["msg"])} for one in error.errors[:50]
    ]
    return problem_response(Problem.INVALID, errors=errors)


@api.exception_handler(HttpError)
def unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
    """django-ninja's own: a body that is no JSON."""
    return problem_response(Problem.BAD_REQUEST if error.status_code == 400 else Problem.UNAUTHORIZED)


@api.exception_handler(Exception)
def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    match = request.resolver_match
    logger.error("unhandled", exc_info=error, extra={"view": match.url_name if match else "none"})
    return problem_response(Problem.SERVER_ERROR)
