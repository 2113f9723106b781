"""What refunds, proposals and fees that are charged again are called on the staff's pages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from torget.foundation.design.page import EventKind, Tag, TagColour
from torget.payments.core.refunding import FeeAfterwards, RefundCategory

Words = Promise | str

CATEGORY_WORDS: dict[RefundCategory, Words] = {
    RefundCategory.WRONG_FEE: gettext_lazy("The fee was wrong"),
    RefundCategory.ITEM_FOUND: gettext_lazy("A lost item has come back"),
    RefundCategory.GOODWILL: gettext_lazy("The library lets the fee go"),
    RefundCategory.PAID_BY_MISTAKE: gettext_lazy("Paid by mistake"),
    RefundCategory.PAID_TWICE: gettext_lazy("Paid twice"),
    RefundCategory.OTHER: gettext_lazy("Another reason"),
}

FEE_WORDS: dict[FeeAfterwards, Words] = {
    FeeAfterwards.STAYS_PAID: gettext_lazy("It stays paid: the patron owes nothing"),
    FeeAfterwards.OPENS_AGAIN: gettext_lazy("It opens again: the patron still owes it"),
}

FEE_HINTS = gettext_lazy(
    "A fee that was wrong, was let go or was paid twice stays paid. A fee that was paid by mistake opens again, and "
    "the patron can pay it later."
)

_REFUND_STATES: dict[str, tuple[Words, TagColour]] = {
    "proposed": (gettext_lazy("Waits for a second person"), TagColour.YELLOW),
    "due": (gettext_lazy("To be asked"), TagColour.BLUE),
    "asked": (gettext_lazy("Being asked"), TagColour.BLUE),
    "pending": (gettext_lazy("Waiting for word"), TagColour.YELLOW),
    "refunded": (gettext_lazy("Paid back"), TagColour.GREEN),
    "failed": (gettext_lazy("Failed"), TagColour.RED),
    "rejected": (gettext_lazy("Rejected"), TagColour.GREY),
    "withdrawn": (gettext_lazy("Withdrawn"), TagColour.GREY),
    "expired": (gettext_lazy("Not decided in time"), TagColour.GREY),
}

_BY_EMAIL: Words = gettext_lazy("The patron has an e-mail to answer")

_REVERSAL_STATES: dict[str, tuple[Words, EventKind]] = {
    "due": (gettext_lazy("The fee is about to be charged again"), EventKind.WAITING),
    "sending": (gettext_lazy("The fee is being charged again"), EventKind.WAITING),
    "uncertain": (gettext_lazy("The library system's answer was lost; being checked"), EventKind.WAITING),
    "booked": (gettext_lazy("The fee is open again in the library system"), EventKind.DONE),
    "desk": (gettext_lazy("Raise the fee again at the desk"), EventKind.PROBLEM),
    "done": (gettext_lazy("The fee was raised again at the desk"), EventKind.DONE),
}

_DESK_REASONS: dict[str, Words] = {
    "cannot_reverse": gettext_lazy("The library system cannot charge a fee from outside."),
    "refused": gettext_lazy("The library system refused to charge the fee."),
    "another_amount": gettext_lazy("The library system has charged another amount. Correct it there."),
    "does_not_take_it": gettext_lazy("The library system did not take it after many tries."),
    "unclear": gettext_lazy("Nobody knows whether the library system has charged it. Look there first."),
}


def refund_tag(state: str, *, by_email: bool) -> Tag:
    text, colour = _REFUND_STATES.get(state, (state, TagColour.GREY))
    return Tag(text=str(_BY_EMAIL if by_email and state == "pending" else text), colour=colour)


def category_words(category: str) -> str:
    return str(CATEGORY_WORDS[RefundCategory(category)]) if category else ""


def reversal_words(state: str) -> str:
    return str(_REVERSAL_STATES[state][0])


def reversal_kind(state: str) -> EventKind:
    return _REVERSAL_STATES[state][1]


def desk_reason_words(reason: str) -> str:
    return str(_DESK_REASONS.get(reason, ""))
