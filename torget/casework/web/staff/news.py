"""What the person sent into a matter: shown in full where somebody prepares or signs, until it is read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from torget.casework.cases.models import Case, CaseDocument
from torget.casework.cases.unread import mark_read, sent_since
from torget.casework.web.staff.visible import find_visible_case, refuse_party
from torget.casework.web.words import SENDER_DOUBTS
from torget.foundation.staff.page import posted_number
from torget.foundation.staff.session import Staff, staff_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A document with its words, if it is what somebody wrote; a file is opened by itself."""

    document: CaseDocument
    text: str
    doubt: str
    """Why it may not be from whom it seems."""


def with_words(documents: QuerySet[CaseDocument]) -> list[Sent]:
    """The contents of files are left where they are; they may be large."""
    written = documents.filter(media_type__startswith="text/plain").values_list("number", "content")
    texts = {number: bytes(content).decode() for number, content in written}
    return [
        Sent(document=one, text=texts.get(one.number, ""), doubt=str(SENDER_DOUBTS.get(one.sender_doubt, "")))
        for one in documents.order_by("number").defer("content")
    ]


def news_of(case: Case, proposed_at: datetime | None = None) -> list[Sent]:
    """What nobody has read, and what came after the proposal was made, read or not."""
    moments = [one for one in (case.unread_since, proposed_at) if one is not None]
    return with_words(sent_since(case, min(moments))) if moments else []


@staff_page
@require_POST
def read(request: HttpRequest, staff: Staff, case_id: int) -> HttpResponse:
    found = find_visible_case(staff, case_id, action="read what the person sent")
    back = HttpResponseRedirect(reverse("staff-case", args=[case_id]))
    if refuse_party(request, staff, found, action="mark as read"):
        return back
    mark_read(case_id=case_id, last_seen=posted_number(request, "last_seen"), actor=staff.actor, at=timezone.now())
    if request.POST.get("then") == "proposal":
        return HttpResponseRedirect(reverse("staff-proposal-of-case", args=[case_id]))
    return back
