"""The queue: what waits for an answer, the most urgent first; and what was closed lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.identity_codes import mask_identity_codes
from torget.foundation.core.languages import in_language
from torget.foundation.design.page import Tag
from torget.foundation.staff.page import show
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff, staff_page
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.queries import closed_lately, offered_to, open_queue
from torget.service.core.forms import Kind
from torget.service.core.service_types import find_service_type
from torget.service.core.states import State
from torget.service.forms.drafts import form_of_draft
from torget.service.web.staff.visible import answers_people
from torget.service.web.words import haste_tag

_PAGE_ROWS = 25
_EXCERPT_LENGTH = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    id: int
    topic: str
    excerpt: str
    municipality: str
    agent: str
    tag: Tag
    due_at: datetime | None
    opened_at: datetime
    language: str


def topic_of(conversation: Conversation, language: str) -> str:
    try:
        return in_language(find_service_type(conversation.service_type).names, language)
    except KeyError:
        return conversation.topic


def excerpt(text: str) -> str:
    """The first words, on one line and without identity codes: lists are read over shoulders."""
    line = " ".join(mask_identity_codes(text).split())
    return line if len(line) <= _EXCERPT_LENGTH else f"{line[:_EXCERPT_LENGTH].rstrip()}…"


def _last_words(ids: list[int]) -> dict[int, str]:
    """What the person said last, by conversation."""
    newest = (
        Contact.objects.filter(conversation__in=ids, direction=Contact.Direction.IN)
        .select_related("draft__form")
        .order_by("conversation_id", "-at", "-pk")
        .distinct("conversation_id")
    )
    return {contact.conversation_id: excerpt(_own_words(contact)) for contact in newest}


def _own_words(contact: Contact) -> str:
    """Of a form, what was written freely; the questions are the same for everybody."""
    if contact.draft is None:
        return contact.body
    form = form_of_draft(contact.draft)
    long_texts = [field.id for step in form.steps for field in step.fields if field.kind is Kind.LONG_TEXT]
    written = " ".join(contact.draft.answers.get(field_id, "") for field_id in long_texts).strip()
    return written or contact.body


def queue_rows(conversations: list[Conversation], language: str) -> list[QueueRow]:
    words = _last_words([one.pk for one in conversations])
    return [
        QueueRow(
            id=one.pk,
            topic=topic_of(one, language),
            excerpt=words.get(one.pk, ""),
            municipality=one.municipality.name(language),
            agent=one.agent.full_name if one.agent else "",
            tag=haste_tag(one),
            due_at=one.due_at,
            opened_at=one.opened_at,
            language=one.language,
        )
        for one in conversations
    ]


@staff_page
@require_safe
def queue(request: HttpRequest, staff: Staff) -> HttpResponse:
    language, now = get_language() or "fi", timezone.now()
    which = request.GET.get("show", "open")
    found = closed_lately(staff.access, now) if which == "closed" else open_queue(staff.access)
    if which == "mine":
        found = found.filter(agent=staff.employee)
    municipalities = sorted(
        Municipality.objects.filter(pk__in=staff.access.agent), key=lambda one: one.sort_key(language)
    )
    chosen = next((one for one in municipalities if one.slug == request.GET.get("municipality")), None)
    if chosen is not None:
        found = found.filter(municipality=chosen)
    page = Paginator(found, _PAGE_ROWS).get_page(request.GET.get("page"))
    rows = queue_rows(list(page.object_list), language)
    record(
        at=now,
        actor=staff.actor,
        action="view conversation queue",
        subject="conversations",
        detail={"conversations": [row.id for row in rows]},
    )
    context = {
        "rows": rows,
        "page": page,
        "which": which if which in ("mine", "closed") else "open",
        "views": [("open", _("Open")), ("mine", _("Mine")), ("closed", _("Closed lately"))],
        "municipalities": [(one.slug, one.name(language)) for one in municipalities],
        "chosen": chosen.slug if chosen else "",
        "offers": [
            {
                "transfer": one,
                "topic": topic_of(one.conversation, language),
                "sender": one.from_municipality.name(language),
                "to": one.to_municipality.name(language),
            }
            for one in offered_to(staff.access)
        ],
        "has_queue": answers_people(staff.access),
    }
    return show(request, staff, "service/queue.html", context)


def queue_card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    now = timezone.now()
    counts = open_queue(staff.access).aggregate(
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        asked=Count("pk", filter=Q(state=State.ASKED)),
        mine=Count("pk", filter=Q(agent=staff.employee)),
    )
    return {"conversation_counts": counts}


def register() -> None:
    register_place(
        Place(url_name="staff-conversations", text=gettext_lazy("Conversations"), position=10, is_for=answers_people)
    )
    register_home_card(
        HomeCard(template="staff/service/queue_card.html", position=10, is_for=answers_people, context=queue_card)
    )
