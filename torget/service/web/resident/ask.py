"""Ask a municipality something, signed in or not: which kind of errand, and which municipality answers."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import in_language
from torget.payments.web.patron_session import signed_in_patron
from torget.payments.web.site import municipality_of
from torget.service.conversations.served import serving_municipalities
from torget.service.core.service_types import ServiceType, find_service_type
from torget.service.forms.drafts import Prefilled, start_draft
from torget.service.knowledge.find import articles_for
from torget.service.web.every_language import every_language


class MunicipalityForm(forms.Form):
    municipality = forms.ChoiceField(
        label=gettext_lazy("Which municipality do you ask?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a municipality"),
            "invalid_choice": gettext_lazy("Choose a municipality"),
        },
    )


def _service_type(slug: str) -> ServiceType:
    try:
        found = find_service_type(slug)
    except KeyError:
        raise Http404 from None
    if found.begins_at_a_fee:
        raise Http404
    return found


def _begin(request: HttpRequest, service_type: ServiceType, municipality: Municipality) -> HttpResponse:
    patron = signed_in_patron(request)
    prefilled = Prefilled(
        labels=every_language(lambda: _("Municipality that answers")),
        values=every_language(lambda: municipality.name(get_language() or "fi")),
        sources=every_language(lambda: _("your choice")),
    )
    draft = start_draft(
        service_type=service_type,
        municipality_id=municipality.pk,
        patron_id=patron.patron_id if patron else None,
        language=get_language() or "fi",
        subject={},
        prefilled=[prefilled],
        at=timezone.now(),
    )
    return HttpResponseRedirect(reverse("draft", args=[draft.token]))


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    service_type, language = _service_type(slug), get_language() or "fi"
    served = sorted(serving_municipalities(), key=lambda one: one.sort_key(language))
    own = municipality_of(request)
    form = MunicipalityForm(
        request.POST if request.method == "POST" else None, initial={"municipality": own.slug if own else ""}
    )
    form.fields["municipality"].choices = [(one.slug, one.name(language)) for one in served]  # type: ignore[attr-defined] # ChoiceField has it
    if request.method == "POST" and form.is_valid():
        chosen = next(one for one in served if one.slug == form.cleaned_data["municipality"])
        return _begin(request, service_type, chosen)
    context = {
        "name": in_language(service_type.names, language),
        "form": form,
        "is_served": bool(served),
        "articles": articles_for(topics=service_type.topics, municipality_id=None, language=language),
        "said": request.session.get("verdicts", {}),
    }
    return render(request, "service/ask.html", context, status=422 if form.errors else 200)
