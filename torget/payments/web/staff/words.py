"""States, events and reasons in the words of a library desk."""

from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from torget.foundation.design.page import EventKind, Tag, TagColour
from torget.payments.core.checkout import Event, State

STATE_WORDS: dict[State, Promise] = {
    State.CREATED: gettext_lazy("Started"),
    State.OPEN: gettext_lazy("At the payment service"),
    State.PENDING: gettext_lazy("Examined by the payment service"),
    State.FAILED: gettext_lazy("Not paid"),
    State.EXPIRED: gettext_lazy("Not paid in time"),
    State.PAID: gettext_lazy("Paid, waits for the library system"),
    State.REGISTERING: gettext_lazy("Paid, being registered"),
    State.UNCERTAIN: gettext_lazy("Paid, the library system's answer was lost"),
    State.REGISTERED: gettext_lazy("Registered"),
    State.REFUND_DUE: gettext_lazy("To be paid back"),
    State.REFUNDING: gettext_lazy("Being paid back"),
    State.REFUND_PENDING: gettext_lazy("Refund waits for the payment service"),
    State.REFUNDED: gettext_lazy("Paid back"),
    State.ATTENTION: gettext_lazy("Needs a human"),
}

_COLOURS = {
    State.REGISTERED: TagColour.GREEN,
    State.ATTENTION: TagColour.RED,
    State.FAILED: TagColour.GREY,
    State.EXPIRED: TagColour.GREY,
    State.REFUNDED: TagColour.GREY,
    State.CREATED: TagColour.YELLOW,
    State.OPEN: TagColour.YELLOW,
}

EVENT_WORDS: dict[str, Promise] = {
    "started": gettext_lazy("The patron started the payment"),
    Event.PAGE_CREATED: gettext_lazy("The payment service made its page"),
    Event.CREATE_FAILED: gettext_lazy("The payment service gave no page"),
    Event.PROVIDER_PAID: gettext_lazy("The payment service took the money"),
    Event.PROVIDER_PENDING: gettext_lazy("The payment service examines the payment"),
    Event.PROVIDER_FAILED: gettext_lazy("Cancelled or refused at the payment service"),
    Event.WITHDRAWN: gettext_lazy("The patron gave the payment up"),
    Event.TIMED_OUT: gettext_lazy("Nobody paid in time"),
    Event.REGISTRATION_STARTED: gettext_lazy("The library system is being told"),
    Event.REGISTRATION_POSTPONED: gettext_lazy("The library system could not be told; tried again later"),
    Event.BOOKED: gettext_lazy("The library system has it"),
    Event.BOOKED_IN_PART: gettext_lazy("The library system has a part; the rest goes back"),
    Event.REFUSED: gettext_lazy("The fees were not open any more; the money goes back"),
    Event.ANSWER_LOST: gettext_lazy("The library system's answer was lost"),
    Event.FOUND_UNBOOKED: gettext_lazy("The library system has nothing of it; told again"),
    Event.REFUND_DECIDED: gettext_lazy("A refund was decided"),
    Event.REFUND_ASKED: gettext_lazy("The payment service is asked to pay back"),
    Event.REFUND_POSTPONED: gettext_lazy("The payment service is asked again later"),
    Event.REFUND_ACCEPTED: gettext_lazy("The payment service works on the refund"),
    Event.REFUND_ANSWER_LOST: gettext_lazy("The payment service's answer about the refund was lost"),
    Event.REFUND_PAID: gettext_lazy("The money went back"),
    Event.REFUND_FAILED: gettext_lazy("The refund failed"),
    Event.NEEDS_HUMAN: gettext_lazy("Handed to a human"),
    Event.STAFF_RETRIED: gettext_lazy("Staff had the library system told again"),
    Event.STAFF_REGISTERED: gettext_lazy("Staff marked it as registered"),
    Event.STAFF_REFUNDED: gettext_lazy("Staff marked the money as paid back"),
}

_GOOD = {Event.BOOKED, Event.REFUND_PAID, Event.STAFF_REGISTERED, Event.STAFF_REFUNDED, Event.PROVIDER_PAID}
_BAD = {Event.NEEDS_HUMAN, Event.REFUND_FAILED, Event.ANSWER_LOST, Event.REFUND_ANSWER_LOST, Event.CREATE_FAILED}

REASONS: dict[str, tuple[Promise, Promise]] = {
    "library_system_unavailable": (
        gettext_lazy("The library system could not be reached for a day and a half"),
        gettext_lazy("When it answers again, choose Tell the library system again."),
    ),
    "patron_not_found": (
        gettext_lazy("The library system does not know this patron any more"),
        gettext_lazy("Find the patron under another card, or pay the money back."),
    ),
    "registration_unclear": (
        gettext_lazy("The answer was lost, and the account changed in another way too"),
        gettext_lazy("Look at the patron's account in the library system. Mark as registered, or pay back."),
    ),
    "registration_fails": (
        gettext_lazy("The library system was told many times and never booked it"),
        gettext_lazy("Ask who runs the library system what is wrong, then tell it again."),
    ),
    "booked_another_amount": (
        gettext_lazy("The library system has this payment with another amount"),
        gettext_lazy("Correct it in the library system, then mark as registered."),
    ),
    "booked_but_not_settled": (
        gettext_lazy("The library system has the money as a credit, but the fee is still open"),
        gettext_lazy("Apply the credit to the fee in the library system, then mark as registered."),
    ),
    "provider_undecided": (
        gettext_lazy("The payment service has examined the payment for a week"),
        gettext_lazy("Ask the payment service. Nothing has been paid as far as we know."),
    ),
    "provider_cannot_refund": (
        gettext_lazy("The payment service cannot pay back by itself"),
        gettext_lazy("Pay back by bank transfer, then mark as paid back."),
    ),
    "refund_failed": (
        gettext_lazy("The payment service could not pay the money back"),
        gettext_lazy("Try the refund again, or pay by bank transfer and mark as paid back."),
    ),
    "refund_refused": (
        gettext_lazy("The payment service refused the refund"),
        gettext_lazy("Pay back by bank transfer, then mark as paid back."),
    ),
    "refund_unanswered": (
        gettext_lazy("Nobody knows whether the refund was made"),
        gettext_lazy("Look at the payment service before anything else. If the money went back, mark as paid back."),
    ),
}


def reason_words(reason: str) -> str:
    return str(REASONS[reason][0]) if reason in REASONS else reason


def what_to_do(reason: str) -> str:
    return str(REASONS[reason][1]) if reason in REASONS else ""


def state_tag(state: State) -> Tag:
    return Tag(text=str(STATE_WORDS[state]), colour=_COLOURS.get(state, TagColour.BLUE))


def event_words(event: str) -> str:
    return str(EVENT_WORDS.get(event, event))


def event_kind(event: str) -> EventKind:
    if event in _BAD:
        return EventKind.PROBLEM
    return EventKind.DONE if event in _GOOD else EventKind.WAITING


def how_long(span: timedelta) -> str:
    """'3 days', '5 hours', '12 minutes': the largest unit is enough to see what is old."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes >= 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def actor_words(actor: str, names: dict[int, str]) -> str:
    if actor.startswith("staff:"):
        return names.get(int(actor.removeprefix("staff:")), _("Staff"))
    known = {
        "patron": _("Patron"),
        "provider": _("Payment service"),
        "worker": _("Torget by itself"),
    }
    return known.get(actor, actor)
