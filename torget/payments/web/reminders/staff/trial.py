"""What would be sent: a trial search with its progress and its counts, and the messages in three languages."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import Language
from torget.foundation.core.money import Money
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.links import LETTER_DAYS
from torget.payments.core.reminding import Channel
from torget.payments.fees.policy import load_configured
from torget.payments.reminders.letters import ReminderText, email_of, sms_of
from torget.payments.reminders.trial import begin_trial, has_seen_trial, is_running, latest_trials, systems_of
from torget.payments.web.reminders.staff.desk import desk_only
from torget.payments.web.reminders.staff.pages import policy_of
from torget.payments.web.reminders.staff.words import FAILURES, counts_of

_SAMPLE_CENTS = (250, 130)
_NAMES = {Language.SWEDISH: "Svenska", Language.FINNISH: "Suomi", Language.ENGLISH: "English"}


def _samples(municipality: Municipality, channels: list[str]) -> list[dict[str, Any]]:
    """The very texts that would be sent, with kinds of fee that exist here and amounts of an example."""
    configured = [load_configured(library_system=name, merchants=frozenset()) for name in systems_of(municipality)[:1]]
    kinds = configured[0].texts if configured else {}
    payable = [code for code, rule in configured[0].policy.fee_types.items() if rule.is_payable] if configured else []
    # Two kinds, or two of the library's own word for a fee where none is described yet.
    codes = [*payable, "", ""][: len(_SAMPLE_CENTS)]
    found = []
    for language, name in _NAMES.items():
        text = ReminderText(
            payee=municipality,
            fees=[(code, Money(cents)) for code, cents in zip(codes, _SAMPLE_CENTS, strict=True)],
            kinds=kinds,
            token="example",  # noqa: S106 - stands in the sample's addresses
            link_token="example",  # noqa: S106 - as above
            last_day=timezone.localdate() + timedelta(days=LETTER_DAYS),
            language=language.value,
        )
        with override(language.value):
            subject, body = email_of(text)
            sms = sms_of(text) if Channel.SMS.value in channels else ""
        found.append({"language": language.value, "name": name, "subject": subject, "body": body, "sms": sms})
    return found


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    policy = policy_of(municipality)
    if policy is None:
        return HttpResponseRedirect(reverse("staff-reminders-terms", args=[municipality.pk]))
    here = HttpResponseRedirect(reverse("staff-reminders-trial", args=[municipality.pk]))
    if request.method == "POST":
        if not begin_trial(municipality=municipality, actor=staff.actor, now=timezone.now()):
            messages.error(request, _("The municipality has no library system in Torget yet."))
        return here
    runs = latest_trials(municipality)
    goes_on = any(is_running(run, timezone.now()) for run in runs)
    context = {
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "policy": policy,
        "runs": [
            {
                "run": run,
                "counts": counts_of(run, municipality.pk),
                "failure": str(FAILURES[run.failure]) if run.failure else "",
            }
            for run in runs
        ],
        "is_running": goes_on,
        "may_start": not policy.is_on and not goes_on and has_seen_trial(policy),
        "is_old": not goes_on and bool(runs) and not has_seen_trial(policy),
    }
    if getattr(request, "htmx", False):
        return show(request, staff, "reminders/trial_state.html", context)
    context["samples"] = _samples(municipality, policy.channels)
    return show(request, staff, "reminders/trial.html", context)
