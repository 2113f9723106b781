"""Reminders in words: states, reasons, ways, and what a municipality has decided."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from torget.foundation.core.money import Money
from torget.foundation.design.page import SummaryRow, Tag, TagColour
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.core.reminding import Channel, HeldBack, ReminderState, Terms
from torget.payments.reminders.models import Reminder, ReminderPolicy, ReminderRun
from torget.payments.reminders.policy import terms_of
from torget.payments.reminders.search import DUE, NO_ANSWER

STATES = {
    ReminderState.PLANNED: (gettext_lazy("Waits"), TagColour.BLUE),
    ReminderState.SENDING: (gettext_lazy("Is being sent"), TagColour.YELLOW),
    ReminderState.SENT: (gettext_lazy("Sent"), TagColour.GREEN),
    ReminderState.HELD: (gettext_lazy("Held back"), TagColour.GREY),
    ReminderState.REFUSED: (gettext_lazy("Refused"), TagColour.RED),
    ReminderState.UNANSWERED: (gettext_lazy("Not known"), TagColour.RED),
    ReminderState.BOUNCED: (gettext_lazy("Came back"), TagColour.RED),
}

REASONS = {
    HeldBack.PAID: gettext_lazy("Paid or settled"),
    HeldBack.IN_PAYMENT: gettext_lazy("A payment is open"),
    HeldBack.ON_HOLD: gettext_lazy("A question about the fee is open"),
    HeldBack.TIME_GRANTED: gettext_lazy("More time to pay was granted"),
    HeldBack.NOT_PAYABLE: gettext_lazy("Cannot be paid online, or still grows"),
    HeldBack.TOO_YOUNG: gettext_lazy("The fees are too new"),
    HeldBack.REMINDED_ENOUGH: gettext_lazy("Reminded as often as it may be"),
    HeldBack.REMINDED_LATELY: gettext_lazy("Reminded lately"),
    HeldBack.UNDER_LIMIT: gettext_lazy("Less than the least amount"),
    HeldBack.CHILD: gettext_lazy("A child's card"),
    HeldBack.OPTED_OUT: gettext_lazy("Wants no reminders"),
    HeldBack.NO_ADDRESS: gettext_lazy("No address in the library system"),
    HeldBack.UNDELIVERABLE: gettext_lazy("Nothing arrives at the address"),
    HeldBack.PATRON_GONE: gettext_lazy("No longer in the library system"),
}

WHAT_TO_DO = {
    ReminderState.REFUSED: gettext_lazy(
        "The mail server or the gateway does not take this address. Ask the patron for another one, then send again."
    ),
    ReminderState.UNANSWERED: gettext_lazy(
        "Nobody knows whether the message left. It is not sent again by itself; you may send it again."
    ),
    ReminderState.BOUNCED: gettext_lazy(
        "The message came back. Correct the address in the library system, then send again."
    ),
}

CHANNELS = {Channel.EMAIL: gettext_lazy("E-mail"), Channel.SMS: gettext_lazy("Text message")}

ORDERS = {
    "email": gettext_lazy("E-mail only"),
    "email,sms": gettext_lazy("E-mail, or a text message where there is no e-mail address"),
    "sms,email": gettext_lazy("A text message, or e-mail where there is no number"),
    "sms": gettext_lazy("Text message only"),
}

FAILURES = {
    "no_list": gettext_lazy("The library system does not tell who owes. Bring a list of cards."),
    "unavailable": gettext_lazy("The library system gave no answer. What was found before that counts."),
}


def state_tag(state: str) -> Tag:
    text, colour = STATES[ReminderState(state)]
    return Tag(text=str(text), colour=colour)


def policy_tag(policy: ReminderPolicy | None) -> Tag:
    if policy is None or not policy.is_on:
        return Tag(text=_("Off"))
    if policy.paused_at is not None:
        return Tag(text=_("Paused"), colour=TagColour.YELLOW)
    return Tag(text=_("On"), colour=TagColour.GREEN)


def reason_words(reason: str) -> str:
    return str(REASONS[HeldBack(reason)]) if reason else ""


def channel_words(channel: str) -> str:
    return str(CHANNELS[Channel(channel)]) if channel else ""


def count_words(code: str) -> str:
    """What a search found."""
    if code == DUE:
        return _("To be reminded")
    if code == NO_ANSWER:
        return _("The library system gave no answer")
    return str(REASONS[HeldBack(code)])


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def terms_rows(terms: Terms) -> list[SummaryRow]:
    return [
        SummaryRow(key=_("Least amount"), value=euros(terms.least)),
        SummaryRow(key=_("Fees older than"), value=_days(terms.days_after)),
        SummaryRow(key=_("Between two reminders"), value=_days(terms.days_between)),
        SummaryRow(
            key=_("For each fee at most"),
            value=ngettext("%(count)d time", "%(count)d times", terms.times_max) % {"count": terms.times_max},
        ),
        SummaryRow(
            key=_("Sent"),
            value=_("Monday to Saturday %(opens)d–%(closes)d, never on holidays")
            % {"opens": terms.hours.opens, "closes": terms.hours.closes},
        ),
        SummaryRow(key=_("Way"), value=str(ORDERS[",".join(terms.channels)])),
    ]


def policy_rows(policy: ReminderPolicy) -> list[SummaryRow]:
    return terms_rows(terms_of(policy))


def counts_of(run: ReminderRun, municipality_id: int) -> list[dict[str, object]]:
    """What is due first, then the reasons, the most frequent first."""
    found = run.counts.get(str(municipality_id), {})
    order = sorted(found, key=lambda code: (code != DUE, -found[code][0]))
    return [{"text": count_words(code), "patrons": found[code][0], "amount": Money(found[code][1])} for code in order]


def what_to_do(reminder: Reminder) -> str:
    return str(WHAT_TO_DO.get(ReminderState(reminder.state), ""))
