"""How the guided path speaks: steps, how they stand, and why an outside system does not answer."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.connectors.diagnosis import Diagnosis, Trouble
from torget.foundation.design.page import Tag, TagColour
from torget.onboarding.checklist import Check, Checked
from torget.onboarding.models import Draft
from torget.onboarding.steps import Step, StepState, Way

STEP_TITLES = {
    Step.DETAILS: gettext_lazy("Name and details"),
    Step.THEME: gettext_lazy("Colours and shield"),
    Step.BRANCHES: gettext_lazy("Library branches"),
    Step.FEE_TYPES: gettext_lazy("Kinds of fee"),
    Step.PAYEE: gettext_lazy("Who takes the money in"),
    Step.ACCOUNT: gettext_lazy("Merchant account and test payment"),
    Step.TEXTS: gettext_lazy("Accessibility statement and privacy notice"),
}

WAYS = {
    Way.AGGREGATE: gettext_lazy("The cooperation's account"),
    Way.OWN: gettext_lazy("The municipality's own account"),
    Way.NONE: gettext_lazy("Nobody: fees cannot be paid online"),
}

CREDENTIALS = {
    "secret": gettext_lazy("Secret key"),
    "client_id": gettext_lazy("Client id"),
    "subscription_key": gettext_lazy("Subscription key"),
    "webhook_secret": gettext_lazy("Secret of the webhook"),
    "api_version": gettext_lazy("Version of the interface"),
}


def credential_label(name: str) -> str:
    return str(CREDENTIALS.get(name, name))


def step_tag(state: StepState) -> Tag:
    return {
        StepState.EMPTY: Tag(text=_("Not started"), colour=TagColour.BLUE),
        StepState.WRONG: Tag(text=_("Something is missing"), colour=TagColour.YELLOW),
        StepState.DONE: Tag(text=_("Completed"), colour=TagColour.GREEN),
        StepState.NEEDLESS: Tag(text=_("Not needed"), colour=TagColour.GREY),
    }[state]


def draft_tag(state: str) -> Tag:
    return {
        Draft.State.DRAFT: Tag(text=_("Being set up"), colour=TagColour.BLUE),
        Draft.State.LIVE: Tag(text=_("Live"), colour=TagColour.GREEN),
        Draft.State.OFFLINE: Tag(text=_("Offline"), colour=TagColour.YELLOW),
    }[Draft.State(state)]


def trouble_words(found: Diagnosis) -> str:
    """What is wrong on the way to an outside system, and what to do; empty when the way is clear."""
    if found.trouble is None:
        return ""
    words = {
        Trouble.NO_SUCH_NAME: _("There is no address %(host)s. Check it in the settings."),
        Trouble.NO_CONNECTION: _("%(host)s takes no connection. Check the address and the firewall in between."),
        Trouble.TOO_SLOW: _("%(host)s does not answer in time. Try again, or ask whoever runs it."),
        Trouble.CERTIFICATE_EXPIRED: _("The certificate of %(host)s has expired. Whoever runs it must renew it."),
        Trouble.CERTIFICATE_NOT_YET_VALID: _(
            "The certificate of %(host)s is not valid yet. Check this machine's clock, then ask whoever runs it."
        ),
        Trouble.CERTIFICATE_NOT_BELIEVED: _(
            "The certificate of %(host)s cannot be believed: another name, or an unknown issuer. Check the address."
        ),
        Trouble.SERVER_ERROR: _("%(host)s answers with an error of its own (%(detail)s). Try again later."),
        Trouble.CLOCK: _(
            "The clock of %(host)s and this machine's are %(detail)s seconds apart, so signatures are refused."
            " Let this machine follow a time server."
        ),
    }[found.trouble]
    return words % {"host": found.host, "detail": found.detail.lstrip("-")}


def check_words(one: Checked) -> str:
    if one.check is Check.STEP and one.step is not None:
        return str(STEP_TITLES[one.step])
    words = {
        Check.TRIED: (_("A test payment has gone through the account"), _("No test payment has gone through yet")),
        Check.LIBRARY_ANSWERS: (_("The library system answers"), _("The library system does not answer now")),
        Check.SAMPLED: (
            _("Real open fees have been looked at"),
            _("No real fees have been looked at; kinds and branches that only they show may be unknown"),
        ),
        Check.BRANCHES_KNOWN: (
            _("Every branch of the fees looked at belongs to a municipality"),
            _("Fees were seen of branches that no municipality has: %(detail)s"),
        ),
        Check.CAN_BE_ASKED: (
            _("The payment service can be asked how a payment stands"),
            _("The payment service cannot be asked: what its call did not tell is closed by its report or a person"),
        ),
        Check.CAN_PAY_BACK: (
            _("The payment service pays back"),
            _("The payment service does not pay back: refunds go from the municipality's own account"),
        ),
    }[one.check]
    return words[0 if one.holds else 1] % {"detail": one.detail}
