"""Decisions that everybody may read: a list for each municipality, and each decision with persons by reference."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.casework.decisions.models import Decision
from torget.casework.publication.expire import public_content
from torget.casework.publication.models import Publication
from torget.casework.publication.publish import shown_on
from torget.casework.web.words import section_text
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.core.languages import in_language
from torget.foundation.design.site import make_site

PAGE_ROWS = 25


def _frame(owner: Municipality, language: str) -> dict[str, object]:
    return {
        "site": make_site(owner.slug, owner.name(language), owner.theme),
        "service_name": "",
        "service_url": "",
        "navigation": [],
        "owner": owner.name(language),
        "slug": owner.slug,
    }


@require_safe
def published_decisions(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest first. Titles are the public ones, which name nobody."""
    owner, language = get_object_or_404(Municipality, slug=slug), get_language() or "fi"
    found = (
        Publication.objects.filter(decision__case__municipality=owner)
        .select_related("decision__case", "decision__decision_maker")
        .order_by("-published_at", "-pk")
    )
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [
        {
            "id": one.pk,
            "section": section_text(one.decision),
            "title": in_language(one.decision.case.public_titles, language),
            "office": in_language(one.decision.decision_maker.titles, language),
            "signed_at": one.decision.signed_at,
            "is_automatic": one.decision.is_automatic,
        }
        for one in page.object_list
    ]
    return render(request, "casework/published_list.html", {**_frame(owner, language), "rows": rows, "page": page})


@require_safe
def published_decision(request: HttpRequest, slug: str, decision_id: int) -> HttpResponse:
    language = get_language() or "fi"
    found = (
        Publication.objects.select_related("decision__case__municipality")
        .filter(pk=decision_id, decision__case__municipality__slug=slug, decision__state=Decision.State.SIGNED)
        .first()
    )
    if found is None:
        raise Http404
    shown = shown_on(found, timezone.now().astimezone(HELSINKI).date())
    content = public_content(found, shown=shown)
    parts = sorted(content["parts"], key=lambda part: part["language"] != language)
    decision = found.decision
    context = {
        **_frame(decision.case.municipality, language),
        "decision": decision,
        "case": decision.case,
        "section": section_text(decision),
        "parts": parts,
        "title": in_language(decision.case.public_titles, language),
        "published_at": found.published_at,
        "hides_names": not shown,
        "personal_until": found.personal_until if shown else None,
    }
    return render(request, "casework/published_decision.html", context)
