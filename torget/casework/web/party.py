"""A decision as its party reads it: behind an unguessable address that only they were told."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from torget.casework.cases.register import party_tokens
from torget.casework.decisions.document import filled
from torget.casework.decisions.models import Decision
from torget.casework.web.staff.decision import pdf_response
from torget.casework.web.words import section_text
from torget.foundation.audit.record import record
from torget.foundation.design.site import make_site


def _find(token: str, *, action: str) -> Decision:
    found = (
        Decision.objects.select_related("case__municipality", "document")
        .filter(token=token, state=Decision.State.SIGNED)
        .first()
    )
    if found is None:
        raise Http404
    record(
        at=timezone.now(),
        actor="party",
        action=action,
        subject=f"decision:{found.pk}",
        municipality_id=found.case.municipality_id,
    )
    return found


@never_cache
@require_safe
def party_decision(request: HttpRequest, token: str) -> HttpResponse:
    found = _find(token, action="read own decision")
    language = get_language() or "fi"
    content = filled(found.content or {"parts": []}, party_tokens(found.case), shown=None)
    parts = sorted(content["parts"], key=lambda part: part["language"] != language)
    owner = found.case.municipality
    context = {
        "site": make_site(owner.slug, owner.name(language), owner.theme),
        "service_name": "",
        "service_url": "",
        "navigation": [],
        "decision": found,
        "case": found.case,
        "section": section_text(found),
        "parts": parts,
        "title": parts[0]["title"] if parts else found.case.number,
    }
    response = render(request, "casework/party_decision.html", context)
    # Nobody outside learns the address; `no-referrer` would take the origin from our own forms too.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@never_cache
@require_safe
def party_decision_as_pdf(_request: HttpRequest, token: str) -> HttpResponse:
    return pdf_response(_find(token, action="read own decision as PDF"))
