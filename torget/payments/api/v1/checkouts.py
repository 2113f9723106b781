"""Start a checkout, see how it stands, open the provider's page, give it up."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Query, Router
from pydantic import StringConstraints

from torget.foundation.core.money import Money
from torget.payments.api.answer_once import Body
from torget.payments.api.paging import read_page
from torget.payments.api.reach import checkouts_of, find_checkout, note_list
from torget.payments.api.scopes import Scope
from torget.payments.api.start_for_client import CheckoutWish, start_for_client
from torget.payments.api.v1.description import answers
from torget.payments.api.v1.key import caller_of, request_of
from torget.payments.api.v1.problems import ApiProblem, Problem
from torget.payments.api.v1.replies import reply
from torget.payments.api.v1.schemas import KEY, CheckoutIn, CheckoutOut, ManyCheckouts, PageUrl
from torget.payments.api.v1.shown import show_checkout
from torget.payments.api.v1.words import PaymentWord
from torget.payments.checkout.models import Checkout
from torget.payments.checkout.open_page import open_page
from torget.payments.checkout.withdraw import withdraw_payment

router = Router(tags=["Checkouts"])

IdempotencyKey = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=KEY)],
    Header(alias="Idempotency-Key", description="A new one for each new request, the same when you repeat one"),
]
Cursor = Annotated[Annotated[str, StringConstraints(min_length=1, max_length=400)] | None, Query(None)]
Size = Annotated[int, Query(20, ge=1, le=100)]
CheckoutId = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]

_PAYABLE = (PaymentWord.CREATED, PaymentWord.OPEN)


def _shown(checkout: Checkout) -> Body:
    return show_checkout(checkout).model_dump(mode="json")


@router.post(
    "/checkouts",
    response=answers({201: CheckoutOut}, 400, 403, 404, 409, 413, 415, 503),
    operation_id="startCheckout",
    url_name="api-checkouts",
)
def start(request: HttpRequest, wish: CheckoutIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Start the payment of chosen fees, and send the patron's browser to `page_url`.

    Nothing is charged by this. The fees are read anew; if one has changed since you showed it, nothing is started.
    """
    caller = caller_of(request, Scope.START_CHECKOUTS)
    expected = {one.reference: Money(one.amount_cents) for one in wish.fees}
    if len(expected) != len(wish.fees):
        raise ApiProblem(Problem.FEES_CHANGED, "A fee is named twice.")
    answer = start_for_client(
        caller=caller,
        request=request_of(request, caller, idempotency_key),
        wish=CheckoutWish(
            card_number=wish.card_number,
            system=wish.library_system,
            expected=expected,
            language=wish.language,
            email=wish.email or "",
            return_url=wish.return_url or "",
        ),
        at=timezone.now(),
        show=_shown,
    )
    return reply(answer, location=f"{request.path}/{answer.body['id']}")


@router.get("/checkouts", response=answers({200: ManyCheckouts}, 403), operation_id="listCheckouts")
def many(request: HttpRequest, cursor: Cursor = None, limit: Size = 20) -> ManyCheckouts:
    """Your checkouts, the newest first."""
    caller = caller_of(request, Scope.READ_CHECKOUTS)
    found, following = read_page(
        checkouts_of(caller), of="checkouts", client_id=caller.client_id, cursor=cursor, size=limit
    )
    note_list(caller, "checkouts", found)
    return ManyCheckouts(items=[show_checkout(one) for one in found], next=following)


@router.get("/checkouts/{checkout_id}", response=answers({200: CheckoutOut}, 403, 404), operation_id="readCheckout")
def one(request: HttpRequest, checkout_id: CheckoutId) -> CheckoutOut:
    """How a checkout and its payments stand."""
    return show_checkout(find_checkout(caller_of(request, Scope.READ_CHECKOUTS), checkout_id))


@router.post(
    "/checkouts/{checkout_id}/payment-page",
    response=answers({200: PageUrl}, 403, 404, 409, 413, 415, 503),
    operation_id="openPaymentPage",
)
def payment_page(request: HttpRequest, checkout_id: CheckoutId) -> PageUrl:
    """The provider's own page of the next payment, if you would rather send the browser there at once.

    The same address however often you ask. Use `page_url` where there are several payments: it leads through them all.
    """
    checkout = find_checkout(caller_of(request, Scope.START_CHECKOUTS), checkout_id)
    shown = show_checkout(checkout)
    following = next((payment for payment in shown.payments if payment.state in _PAYABLE), None)
    if following is None:
        raise ApiProblem(Problem.NOT_OPEN)
    row = next(payment for payment in checkout.payments.all() if payment.token == following.id)
    return PageUrl(payment_id=following.id, url=open_page(payment_id=row.pk, now=timezone.now()))


@router.post(
    "/checkouts/{checkout_id}/give-up",
    response=answers({200: CheckoutOut}, 403, 404, 409, 413, 415, 503),
    operation_id="giveUpCheckout",
)
def give_up(request: HttpRequest, checkout_id: CheckoutId) -> CheckoutOut:
    """Let go of whatever is surely unpaid, so that its fees can be chosen again; the rest stays as it is."""
    caller = caller_of(request, Scope.START_CHECKOUTS)
    for payment in find_checkout(caller, checkout_id).payments.all():
        withdraw_payment(payment_id=payment.pk, now=timezone.now())
    return show_checkout(find_checkout(caller, checkout_id))
