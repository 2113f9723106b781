"""Words for links and for the fees that they name."""

from collections.abc import Mapping

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from torget.foundation.core.languages import in_language
from torget.foundation.design.page import Tag, TagColour
from torget.foundation.design.templatetags.torget_format import euros
from torget.payments.core.fees import NotPayable
from torget.payments.core.links import LinkState
from torget.payments.fees.policy import FeeTypeTexts
from torget.payments.links.fees import ChangedFee
from torget.payments.links.models import PaymentLink

LINK_STATES = {
    LinkState.OPEN: (gettext_lazy("Not paid yet"), TagColour.BLUE),
    LinkState.STARTED: (gettext_lazy("Payment under way"), TagColour.YELLOW),
    LinkState.PAID: (gettext_lazy("Paid"), TagColour.GREEN),
    LinkState.REVOKED: (gettext_lazy("Revoked"), TagColour.GREY),
    LinkState.LOCKED: (gettext_lazy("Locked"), TagColour.RED),
    LinkState.EXPIRED: (gettext_lazy("Expired"), TagColour.GREY),
}

KINDS = {
    PaymentLink.Kind.LETTER: gettext_lazy("On a letter"),
    PaymentLink.Kind.DESK: gettext_lazy("At the desk"),
    PaymentLink.Kind.KIOSK: gettext_lazy("At the kiosk"),
}

DESK_REASONS = {
    NotPayable.UNKNOWN_TYPE: gettext_lazy("This kind of fee is not described in Torget yet."),
    NotPayable.GROWING: gettext_lazy("The fee still grows: the item has not been returned."),
    NotPayable.BARRED: gettext_lazy("The library system itself does not let the fee be paid online."),
    NotPayable.NO_RULE: gettext_lazy("No rule says whose money this kind of fee is. Tell whoever keeps the service."),
    NotPayable.UNKNOWN_BRANCH: gettext_lazy(
        "The fee's branch is no municipality's in Torget. Tell whoever keeps the service."
    ),
    NotPayable.PAYEE_UNKNOWN: gettext_lazy("The library system does not say which branch the fee is from."),
    NotPayable.NO_MERCHANT: gettext_lazy("The municipality does not take online payments yet."),
    NotPayable.ON_HOLD: gettext_lazy("The patron has asked about this fee, and the question is open."),
    NotPayable.IN_PAYMENT: gettext_lazy("The fee stands in a payment that has been started."),
    NotPayable.BEING_REGISTERED: gettext_lazy("Paid; the library system is being told."),
}


def state_tag(state: LinkState) -> Tag:
    text, colour = LINK_STATES[state]
    return Tag(text=str(text), colour=colour)


def kind_words(kind: str, texts: Mapping[str, FeeTypeTexts]) -> str:
    """The class of a fee, and never what was borrowed."""
    return in_language(texts[kind].names, get_language() or "fi") if kind in texts else _("Fee of the library")


def changed_words(one: ChangedFee, texts: Mapping[str, FeeTypeTexts]) -> str:
    return _("%(kind)s: %(before)s in the letter, %(now)s now") % {
        "kind": kind_words(one.kind, texts),
        "before": euros(one.before),
        "now": euros(one.now),
    }
