"""The words of the pages on the interface."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.design.page import Tag, TagColour
from torget.payments.api.models import ApiClient, DeliveryAttempt, WebhookDelivery, WebhookEndpoint
from torget.payments.api.scopes import TEST_EVENT, EventType, Scope
from torget.payments.api.webhooks.send import Trouble

SCOPE_WORDS: dict[Scope, Promise] = {
    Scope.READ_FEES: gettext_lazy("see the open fees of a library card"),
    Scope.START_CHECKOUTS: gettext_lazy("start payments and give them up"),
    Scope.READ_CHECKOUTS: gettext_lazy("see how its own payments stand"),
    Scope.READ_RECEIPTS: gettext_lazy("read receipts"),
    Scope.HAND_OFF: gettext_lazy("let its patrons in here without the PIN, by a link that works once"),
    Scope.REFUND: gettext_lazy("pay back; above a municipality's limit a person must agree"),
}

EVENT_WORDS: dict[str, Promise] = {
    EventType.PAYMENT_PAID: gettext_lazy("a payment was paid"),
    EventType.PAYMENT_REGISTERED: gettext_lazy("a payment stands in the library system"),
    EventType.PAYMENT_FAILED: gettext_lazy("a payment was not made"),
    EventType.CHECKOUT_COMPLETED: gettext_lazy("nothing more happens to what was paid together"),
    EventType.REFUND_WAITING: gettext_lazy("a refund waits for approval"),
    EventType.REFUND_ACCEPTED: gettext_lazy("a refund was decided"),
    EventType.REFUND_PENDING: gettext_lazy("a refund is on its way"),
    EventType.REFUND_PAID: gettext_lazy("money went back"),
    EventType.REFUND_FAILED: gettext_lazy("a refund did not succeed"),
    EventType.REFUND_REJECTED: gettext_lazy("a refund was rejected"),
    EventType.REFUND_WITHDRAWN: gettext_lazy("a refund was taken back"),
    EventType.REFUND_EXPIRED: gettext_lazy("nobody agreed to a refund in time"),
    TEST_EVENT: gettext_lazy("a test"),
}

TROUBLE_WORDS: dict[Trouble, Promise] = {
    Trouble.REFUSED: gettext_lazy("Torget does not call this address"),
    Trouble.TIME_OUT: gettext_lazy("no answer within ten seconds"),
    Trouble.NOT_REACHED: gettext_lazy("nobody answers there, or the certificate is not valid"),
    Trouble.BROKEN: gettext_lazy("the answer cannot be read"),
    Trouble.REDIRECT: gettext_lazy("the answer points elsewhere, and that is not followed"),
    Trouble.GONE: gettext_lazy("the receiver wants no more messages"),
    Trouble.BAD_STATUS: gettext_lazy("the receiver did not accept it"),
}


def event_words(event: str) -> str:
    return str(EVENT_WORDS.get(event, event))


def client_tag(client: ApiClient) -> Tag:
    if client.stopped_at is not None:
        return Tag(text=_("Stopped"), colour=TagColour.GREY)
    return Tag(text=_("In use"), colour=TagColour.GREEN)


def endpoint_tag(endpoint: WebhookEndpoint) -> Tag:
    if endpoint.stop_reason == "failing":
        return Tag(text=_("Stopped: it failed for too long"), colour=TagColour.RED)
    if endpoint.stopped_at is not None:
        return Tag(text=_("Stopped"), colour=TagColour.GREY)
    if endpoint.failing_since is not None:
        return Tag(text=_("Failing"), colour=TagColour.YELLOW)
    return Tag(text=_("In use"), colour=TagColour.GREEN)


def delivery_tag(delivery: WebhookDelivery) -> Tag:
    if delivery.state == "delivered":
        return Tag(text=_("Delivered"), colour=TagColour.GREEN)
    if delivery.state == "given_up":
        return Tag(text=_("Given up"), colour=TagColour.RED)
    if delivery.tries:
        return Tag(text=_("Will be tried again"), colour=TagColour.YELLOW)
    return Tag(text=_("On its way"), colour=TagColour.BLUE)


def attempt_words(attempt: DeliveryAttempt) -> str:
    words = str(TROUBLE_WORDS[Trouble(attempt.trouble)]) if attempt.trouble else _("accepted")
    return f"{attempt.status}: {words}" if attempt.status else words
