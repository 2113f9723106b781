"""What states, steps, reasons and outcomes are called on the staff's pages."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from torget.foundation.design.page import EventKind, Tag, TagColour
from torget.payments.core.checkout import Event, State
from torget.payments.core.fees import PayeeSource

Words = Promise | str

UNDECIDED = "provider_undecided"
"""The reason of a payment that stands still because the provider has not decided; the payment itself has none."""

#: Short, because a tag is narrow.
STATE_WORDS: dict[State, Words] = {
    State.CREATED: gettext_lazy("Started"),
    State.OPEN: gettext_lazy("Waiting for the patron"),
    State.PENDING: gettext_lazy("Being examined"),
    State.FAILED: gettext_lazy("Cancelled or refused"),
    State.EXPIRED: gettext_lazy("Not paid in time"),
    State.PAID: gettext_lazy("Paid, not registered"),
    State.REGISTERING: gettext_lazy("Being registered"),
    State.UNCERTAIN: gettext_lazy("Being checked"),
    State.REGISTERED: gettext_lazy("Registered"),
    State.REFUND_DUE: gettext_lazy("To be paid back"),
    State.REFUNDING: gettext_lazy("Being paid back"),
    State.REFUND_PENDING: gettext_lazy("Refund unanswered"),
    State.REFUNDED: gettext_lazy("Paid back"),
    State.ATTENTION: gettext_lazy("Needs a human"),
}

_COLOURS = {
    State.REGISTERED: TagColour.GREEN,
    State.ATTENTION: TagColour.RED,
    State.PAID: TagColour.BLUE,
    State.REGISTERING: TagColour.BLUE,
    State.UNCERTAIN: TagColour.YELLOW,
    State.PENDING: TagColour.YELLOW,
    State.REFUND_DUE: TagColour.BLUE,
    State.REFUNDING: TagColour.BLUE,
    State.REFUND_PENDING: TagColour.BLUE,
}

EVENT_WORDS: dict[str, Words] = {
    "started": gettext_lazy("Payment started"),
    Event.PAGE_CREATED: gettext_lazy("Payment page opened"),
    Event.CREATE_FAILED: gettext_lazy("The payment service could not open a page"),
    Event.PROVIDER_PAID: gettext_lazy("Paid"),
    Event.PROVIDER_PENDING: gettext_lazy("The payment service examines the payment"),
    Event.PROVIDER_FAILED: gettext_lazy("Cancelled or refused at the payment service"),
    Event.WITHDRAWN: gettext_lazy("The patron gave the payment up"),
    Event.TIMED_OUT: gettext_lazy("Not paid in time"),
    Event.REGISTRATION_STARTED: gettext_lazy("Began to tell the library system"),
    Event.REGISTRATION_POSTPONED: gettext_lazy("The library system did not take it; will be tried again"),
    Event.ONE_FEE_TOLD: gettext_lazy("The library system was told of one fee; the others follow"),
    Event.CARD_SET_ASIDE: gettext_lazy("One card could not be told now and waits; the other cards go first"),
    Event.ONE_CARD_TOLD: gettext_lazy("The library system was told of one card; the others follow"),
    Event.BOOKED: gettext_lazy("Registered in the library system"),
    Event.BOOKED_IN_PART: gettext_lazy("Registered in part; the rest goes back"),
    Event.REFUSED: gettext_lazy("The fees could not be paid any more; the money goes back"),
    Event.ANSWER_LOST: gettext_lazy("The library system's answer was lost"),
    Event.FOUND_UNBOOKED: gettext_lazy("The library system does not have it; will be told again"),
    Event.REFUND_DECIDED: gettext_lazy("Refund decided"),
    Event.REFUND_ASKED: gettext_lazy("Refund asked of the payment service"),
    Event.REFUND_POSTPONED: gettext_lazy("Refund postponed; will be asked again"),
    Event.REFUND_ACCEPTED: gettext_lazy("The payment service took the refund"),
    Event.REFUND_ANSWER_LOST: gettext_lazy("The answer on the refund was lost"),
    Event.REFUND_PAID: gettext_lazy("Paid back"),
    Event.REFUND_FAILED: gettext_lazy("The refund failed"),
    Event.NEEDS_HUMAN: gettext_lazy("A human is needed"),
    Event.STAFF_RETRIED: gettext_lazy("Sent to be registered again"),
    Event.STAFF_REGISTERED: gettext_lazy("Marked as registered"),
    Event.STAFF_REFUNDED: gettext_lazy("Marked as paid back"),
    Event.REFUND_PAID_IN_PART: gettext_lazy("Paid back; a rest is open"),
    Event.STAFF_REFUNDED_IN_PART: gettext_lazy("Marked as paid back; a rest is open"),
    Event.STAFF_NOT_REFUNDED: gettext_lazy("Marked: the refund did not happen"),
    Event.STAFF_LET_STAND: gettext_lazy("No more money goes back"),
    Event.REFUND_PROPOSED: gettext_lazy("Refund asked for; a second person decides"),
    Event.REFUND_REJECTED: gettext_lazy("The second person rejected the refund"),
    Event.PROPOSAL_WITHDRAWN: gettext_lazy("The refund was withdrawn"),
    Event.PROPOSAL_EXPIRED: gettext_lazy("Nobody decided the refund in time"),
}

_PROBLEMS = frozenset(
    {
        Event.CREATE_FAILED,
        Event.REGISTRATION_POSTPONED,
        Event.ANSWER_LOST,
        Event.REFUSED,
        Event.REFUND_ANSWER_LOST,
        Event.REFUND_FAILED,
        Event.STAFF_NOT_REFUNDED,
        Event.NEEDS_HUMAN,
    }
)

_REASONS: dict[str, tuple[Words, Words]] = {
    "library_system_unavailable": (
        gettext_lazy("The library system has been out of reach for too long"),
        gettext_lazy("When it works again, try again. The money is safe meanwhile."),
    ),
    "patron_not_found": (
        gettext_lazy("The library system does not know the patron any more"),
        gettext_lazy("Look for the patron under another card or a merged record. If there is none, refund."),
    ),
    "registration_unclear": (
        gettext_lazy("Nobody knows whether the library system has the payment"),
        gettext_lazy("Look at the patron's account in the library system. Mark as registered if it is there."),
    ),
    "registration_fails": (
        gettext_lazy("The library system did not take the payment after many tries"),
        gettext_lazy("Find out why with the library system's support, then try again, or register by hand."),
    ),
    UNDECIDED: (
        gettext_lazy("The payment service has examined the payment for a week"),
        gettext_lazy("Ask the payment service. Nothing has been paid as far as we know."),
    ),
    "booked_another_amount": (
        gettext_lazy("The library system has the payment with another amount"),
        gettext_lazy("Correct the amount in the library system, then mark as registered."),
    ),
    "booked_but_not_settled": (
        gettext_lazy("The money is in the library system, but the fees are still open there"),
        gettext_lazy("Use the patron's credit for the fees in the library system, then try again: it checks."),
    ),
    "provider_cannot_refund": (
        gettext_lazy("The payment service cannot pay back by itself"),
        gettext_lazy("Pay back from the municipality's account, then mark as paid back."),
    ),
    "refund_failed": (
        gettext_lazy("The refund did not succeed"),
        gettext_lazy("Refund again, or pay back from the municipality's account and mark as paid back."),
    ),
    "refund_refused": (
        gettext_lazy("The payment service refused the refund"),
        gettext_lazy("See in its service why, often too little money there. Then refund again or in another way."),
    ),
    "refund_unanswered": (
        gettext_lazy("The payment service has not said whether it paid back"),
        gettext_lazy(
            "Look for the refund in the payment service. Mark as paid back if the money went, else say that the refund "
            "did not happen; then you can refund again."
        ),
    ),
    "refund_unclaimed": (
        gettext_lazy("The patron was to say where a refund goes, and nobody has told us whether they did"),
        gettext_lazy(
            "Look in the payment service whether the money went. Remind the patron of the e-mail if it has not."
        ),
    ),
    "refund_needs_email": (
        gettext_lazy("The bank takes no refunds, and the patron gave no e-mail address"),
        gettext_lazy(
            "Ask the patron for an e-mail address and refund again, or pay back from the municipality's account."
        ),
    ),
    "rest_unsettled": (
        gettext_lazy("A part went back; the rest is neither in the library system nor paid back"),
        gettext_lazy("Refund the rest."),
    ),
    "refund_not_done": (
        gettext_lazy("A refund did not happen"),
        gettext_lazy("Refund again, or pay back by another way and mark as paid back."),
    ),
    "refund_after_all": (
        gettext_lazy("The payment service says that a refund went out which counted as failed"),
        gettext_lazy(
            "Look in the payment service how much went back in all. Of a second refund that did not go out, say that "
            "it did not happen; then mark the first as paid back."
        ),
    ),
}

_ATTEMPT_OUTCOMES: dict[str, Words] = {
    "": gettext_lazy("Under way"),
    "booked": gettext_lazy("Registered"),
    "refused": gettext_lazy("Refused"),
    "not_sent": gettext_lazy("Surely not received"),
    "unknown": gettext_lazy("Answer lost"),
    "found": gettext_lazy("Found in the library system"),
    "unbooked": gettext_lazy("Surely not in the library system"),
}

_CHANNELS: dict[str, Words] = {
    "return": gettext_lazy("The patron's browser came back"),
    "callback": gettext_lazy("The payment service told us"),
    "poll": gettext_lazy("We asked the payment service"),
    "refund": gettext_lazy("The payment service told us about the refund"),
}

_VERDICTS: dict[str, Words] = {
    "applied": gettext_lazy("Believed and taken in"),
    "no change": gettext_lazy("Believed; nothing new"),
    "another account": gettext_lazy("Not believed: another account"),
    "another stamp": gettext_lazy("Not believed: about another payment"),
    "another provider reference": gettext_lazy("Not believed: another transaction"),
    "another amount": gettext_lazy("Not believed: another amount"),
    "another currency": gettext_lazy("Not believed: another currency"),
}

_LINE_OUTCOMES: dict[str, Words] = {
    "booked": gettext_lazy("In the library system"),
    "give_back": gettext_lazy("Money goes back"),
}


def _word(words: dict[str, Words], key: str) -> str:
    return str(words.get(key, key))


def state_tag(state: State, *, is_partly_refunded: bool = False) -> Tag:
    if state is State.REFUNDED and is_partly_refunded:
        return Tag(text=_("Paid back in part"), colour=TagColour.GREEN)
    return Tag(text=str(STATE_WORDS[state]), colour=_COLOURS.get(state, TagColour.GREY))


def event_words(event: str) -> str:
    return _word(EVENT_WORDS, event)


def event_kind(event: str) -> EventKind:
    return EventKind.PROBLEM if event in _PROBLEMS else EventKind.DONE


def reason_words(reason: str) -> str:
    return str(_REASONS[reason][0]) if reason in _REASONS else reason


def what_to_do(reason: str) -> str:
    return str(_REASONS[reason][1]) if reason in _REASONS else ""


def attempt_outcome_words(outcome: str) -> str:
    return _word(_ATTEMPT_OUTCOMES, outcome)


def channel_words(channel: str) -> str:
    return _word(_CHANNELS, channel)


def verdict_words(verdict: str) -> str:
    if verdict in _VERDICTS:
        return str(_VERDICTS[verdict])
    return _("Not believed: %(why)s") % {"why": verdict}


_PAYEE_SOURCES: dict[str, Words] = {
    PayeeSource.FEE_BRANCH: gettext_lazy("by the branch where the fee arose"),
    PayeeSource.ITEM_HOME: gettext_lazy("by the home branch of the item"),
    PayeeSource.PATRON_HOME: gettext_lazy("by the patron's home library"),
    PayeeSource.FIXED_SHARES: gettext_lazy("by fixed shares"),
}


def line_outcome_words(outcome: str) -> str:
    return str(_LINE_OUTCOMES[outcome]) if outcome in _LINE_OUTCOMES else ""


def payee_source_words(source: str) -> str:
    return str(_PAYEE_SOURCES[source]) if source in _PAYEE_SOURCES else ""


def actor_words(actor: str, names: dict[int, str]) -> str:
    """Who took a step; an employee by name."""
    kind, _colon, number = actor.partition(":")
    if kind == "staff" and number.isdigit():
        return names.get(int(number), actor)
    fixed = {
        "patron": _("The patron"),
        "provider": _("The payment service"),
        "worker": _("Torget by itself"),
        "client": _("A program, through the interface"),
    }
    return fixed.get(kind, actor)


def detail_words(detail: dict[str, Any], cards: Mapping[int, str]) -> str:
    """What was written down with a step: a person's note, or the technical reason as it came, and which card it is of.

    `cards` by line.
    """
    parts = [str(detail[name]) for name in ("note", "why") if detail.get(name)]
    if detail.get("channel"):
        parts.append(channel_words(str(detail["channel"])))
    if cards.get(detail.get("line", 0)):
        parts.append(_("card %(card)s") % {"card": cards[detail["line"]]})
    return " · ".join(parts)


def how_long(span: timedelta) -> str:
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}
