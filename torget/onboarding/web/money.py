"""Who takes the money in, the merchant account, and the one cent that tries it."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from torget.foundation.core.money import Money
from torget.foundation.staff.page import frame
from torget.foundation.staff.session import Staff
from torget.onboarding.examine import aggregate_of, examine, opened_credentials, way_of
from torget.onboarding.models import Draft, OneCent
from torget.onboarding.network.stored import stored_network
from torget.onboarding.one_cent import NoAccount, follow_cent, hear_of_cent, hear_of_return, latest_cent, try_account
from torget.onboarding.steps import Step, StepState, Way
from torget.onboarding.ways_out import way_to_provider
from torget.onboarding.web.entry import draft_page
from torget.onboarding.web.forms import AccountForm, PartForm, PayeeForm, ProviderForm, StepForm
from torget.onboarding.web.frame import draft_url, save_step, show_step, tell_problems
from torget.onboarding.web.words import trouble_words
from torget.payments.checkout.providers import provider_title
from torget.payments.core.ports import BadMessage
from torget.payments.web.provider_messages import incoming_message

CHECKS_MAX = 200
"""At three seconds each about ten minutes; then the page waits for a reload."""


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def payee(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    has_aggregate = aggregate_of(draft, stored_network()) is not None
    initial = PayeeForm.initial_of(draft.answers.get(Step.PAYEE, {}))
    form = PayeeForm(request.POST if request.method == "POST" else initial, has_aggregate=has_aggregate)
    if request.method != "POST" or save_step(request, staff, draft, Step.PAYEE, form.given()):
        tell_problems(form, draft, Step.PAYEE)
        if request.method == "POST" and not form.errors:
            name = "staff-draft-texts" if way_of(draft) == Way.NONE else "staff-draft-account"
            return HttpResponseRedirect(draft_url(name, draft))
    return show_step(request, staff, draft, Step.PAYEE, template="payee", context={"form": form})


@draft_page
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """Which provider is a question of its own, for what else is asked hangs on it."""
    answers = draft.answers.get(Step.ACCOUNT, {})
    asked = request.POST if request.method == "POST" else request.GET
    provider = asked.get("provider") or answers.get("provider", "")
    if way_of(draft) not in (Way.OWN, Way.AGGREGATE):
        return HttpResponseRedirect(draft_url("staff-draft-payee", draft))
    if way_of(draft) == Way.OWN and (not provider or "choose" in request.GET):
        chosen = ProviderForm({"provider": provider} if provider else {})
        return show_step(request, staff, draft, Step.ACCOUNT, template="provider", context={"form": chosen})
    form = _account_form(request, draft, provider)
    if request.method == "POST":
        more = {"credentials": form.credentials} if isinstance(form, AccountForm) else {}
        if save_step(request, staff, draft, Step.ACCOUNT, form.given(), **more):
            tell_problems(form, draft, Step.ACCOUNT)
            if not form.errors:
                try_account(draft=draft, access=staff.access, language=get_language() or "fi", at=timezone.now())
                return HttpResponseRedirect(draft_url("staff-draft-cent", draft))
    elif examine(draft).state(Step.ACCOUNT) is StepState.WRONG:
        tell_problems(form, draft, Step.ACCOUNT)
    context = {
        "form": form,
        "provider": provider,
        "provider_name": provider_title(provider),
        "is_own": way_of(draft) == Way.OWN,
        "cent": latest_cent(draft),
    }
    return show_step(request, staff, draft, Step.ACCOUNT, template="account", context=context)


def _account_form(request: HttpRequest, draft: Draft, provider: str) -> AccountForm | PartForm:
    answers = draft.answers.get(Step.ACCOUNT, {})
    if way_of(draft) == Way.AGGREGATE:
        return PartForm(request.POST if request.method == "POST" else {"identifier": answers.get("identifier", "")})
    is_same = answers.get("provider") == provider
    kept = opened_credentials(draft) if is_same else {}
    initial = {"account": answers.get("account", "") if is_same else ""}
    return AccountForm(request.POST if request.method == "POST" else initial, provider=provider, kept=kept)


@draft_page
@require_safe
def cent(request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    """How the cent stands; the page asks again by itself until it is paid and has gone back."""
    found = latest_cent(draft)
    if found is None:
        return HttpResponseRedirect(draft_url("staff-draft-account", draft))
    if found.state not in (OneCent.State.REFUSED, OneCent.State.ASKING):
        found = follow_cent(cent=found, at=timezone.now())
    checks = min(int(request.GET["checks"]) if request.GET.get("checks", "").isdigit() else 0, CHECKS_MAX)
    context: dict[str, Any] = {
        "form": StepForm({}),
        "cent": found,
        "amount": Money(found.amount_cents),
        "provider_name": provider_title(found.provider),
        "checks": checks + 1,
        "keeps_asking": checks < CHECKS_MAX and found.state in (OneCent.State.OPEN, OneCent.State.FAILED),
    }
    if found.state == OneCent.State.REFUSED:
        context["why"] = trouble_words(way_to_provider(found.provider))
    if getattr(request, "htmx", False):
        return render(request, "staff/onboarding/cent_state.html", {**frame(request, staff), **context, "draft": draft})
    return show_step(request, staff, draft, Step.ACCOUNT, template="cent", context=context)


@draft_page
@require_POST
def try_again(_request: HttpRequest, staff: Staff, draft: Draft) -> HttpResponse:
    with suppress(NoAccount):
        try_account(draft=draft, access=staff.access, language=get_language() or "fi", at=timezone.now())
    return HttpResponseRedirect(draft_url("staff-draft-cent", draft))


@never_cache
@require_safe
def cent_return(request: HttpRequest, token: UUID) -> HttpResponse:
    """The browser comes back from the provider. What it brings is believed only if it is signed."""
    found = OneCent.objects.filter(token=token).first()
    if found is None:
        raise Http404
    with suppress(BadMessage):
        hear_of_cent(token=token, message=incoming_message(request), is_return=True, at=timezone.now())
    return HttpResponseRedirect(draft_url("staff-draft-cent", found.draft))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def cent_callback(request: HttpRequest, token: UUID) -> HttpResponse:
    try:
        hear_of_cent(token=token, message=incoming_message(request), is_return=False, at=timezone.now())
    except (OneCent.DoesNotExist, BadMessage):
        return HttpResponse(status=400)
    return HttpResponse(status=200)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def cent_back(request: HttpRequest, token: UUID) -> HttpResponse:
    try:
        hear_of_return(token=token, message=incoming_message(request))
    except (OneCent.DoesNotExist, BadMessage):
        return HttpResponse(status=400)
    return HttpResponse(status=200)
