"""Start a checkout for a client: the fees are read anew and the one start of every checkout is called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from torget.foundation.core.money import Money
from torget.payments.api.answer_once import Answer, Body, Request, answer_once, kept_answer
from torget.payments.api.caller import Caller
from torget.payments.api.card_fees import read_card_fees
from torget.payments.api.models import ClientCheckout
from torget.payments.checkout.models import Checkout
from torget.payments.checkout.start import choose_fees, start_checkout


class ReturnUrlNotAllowed(Exception):
    """Its origin is none of the client's: our page would lend its name to somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutWish:
    card_number: str
    system: str
    expected: Mapping[str, Money]
    """Amount by fee reference, as the client's own page showed it."""
    language: str
    email: str
    return_url: str


def origin_of(url: str) -> str:
    """'https://finna.example'; '' for what is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or "\\" in url:
        return ""
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")


def start_for_client(
    *, caller: Caller, request: Request, wish: CheckoutWish, at: datetime, show: Callable[[Checkout], Body]
) -> Answer:
    """The checkout, once for each idempotency key.

    Raise KeyUsedOtherwise, ReturnUrlNotAllowed, PatronNotFound, LibrarySystemError, FeesChanged or FeeInAnotherPayment.
    """
    if wish.return_url and origin_of(wish.return_url) not in caller.return_origins:
        raise ReturnUrlNotAllowed
    repeated = kept_answer(request)
    if repeated is not None:
        return repeated
    fees = read_card_fees(
        caller=caller, system=wish.system, card_number=wish.card_number, language=wish.language, at=at
    )
    # Where the system settles what it likes, a part of what is visible here would be booked upon what is not.
    fees.now.check_choice(wish.expected)
    chosen = choose_fees(fees.visible, wish.expected)

    def start() -> Body:
        started = start_checkout(
            library_system=fees.system,
            patron_id=fees.patron.patron_id,
            patron=fees.now.account.patron,
            chosen=chosen,
            merchants=fees.now.payable.merchants,
            language=wish.language,
            email=wish.email,
            now=at,
        )
        checkout = Checkout.objects.get(token=started.token)
        ClientCheckout.objects.create(checkout=checkout, client_id=caller.client_id, return_url=wish.return_url)
        return show(checkout)

    return answer_once(request=request, at=at, status=201, effect=start)
