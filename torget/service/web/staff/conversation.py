"""One conversation as an agent sees it: what was said, what it is about, and who else is looking at it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.core.languages import in_language
from torget.foundation.people.models import Employee
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.service.conversations.answer import Then
from torget.service.conversations.handle import agents_of
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.presence import colleagues_here, kept_text, note_presence
from torget.service.conversations.queries import other_errands
from torget.service.conversations.served import serving_municipalities
from torget.service.conversations.submit import answers_text
from torget.service.conversations.templates import templates_for
from torget.service.conversations.transfer import taken_over_at
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX
from torget.service.core.service_types import find_service_type
from torget.service.core.states import State
from torget.service.forms.drafts import form_of_draft
from torget.service.forms.models import Attachment
from torget.service.web.files import attachment_response
from torget.service.web.staff.events import event_words
from torget.service.web.staff.fee_lines import read_fee_lines
from torget.service.web.staff.queue import queue_rows, topic_of
from torget.service.web.staff.visible import find_conversation, note_read
from torget.service.web.words import haste_tag

LANGUAGE_NAMES = {
    "sv": pgettext_lazy("in a sentence", "Swedish"),
    "fi": pgettext_lazy("in a sentence", "Finnish"),
    "en": pgettext_lazy("in a sentence", "English"),
}
MARKS = {
    "other_sender": gettext_lazy("Came from another address than the person's own. Do not tell secrets in the answer."),
    "unauthenticated": gettext_lazy("The sender's address is not confirmed and may be forged."),
}


class AnswerForm(forms.Form):
    template = forms.ChoiceField(label=gettext_lazy("Ready answer"), required=False)
    body = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=LONG_TEXT_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 9}),
        error_messages={
            "required": gettext_lazy("Write an answer before you send"),
            "max_length": gettext_lazy("Write at most 10,000 characters"),
        },
    )
    then = forms.ChoiceField(
        label=gettext_lazy("After the answer"),
        choices=[
            (Then.CLOSE, gettext_lazy("The question is answered: close it")),
            (Then.ASK, gettext_lazy("I have asked something: wait for the person, the clock stands still")),
            (Then.KEEP, gettext_lazy("I will come back: keep it open")),
        ],
        widget=forms.RadioSelect,
        initial=Then.CLOSE,
        error_messages={"required": gettext_lazy("Choose what happens after the answer")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, templates: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["template"].choices = [("", _("None")), *templates]  # type: ignore[attr-defined] # ChoiceField has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    contact: Contact
    who: str
    body: str
    is_new: bool
    """Came after the version of the page that was answered from."""
    mark: str
    attachments: list[Attachment]


def _who(contact: Contact, names: dict[str, str]) -> str:
    if contact.channel == "automatic":
        return _("Automatic receipt")
    if contact.direction == Contact.Direction.IN:
        return _("The person")
    return names.get(contact.actor, _("A colleague"))


def _body(contact: Contact, language: str) -> str:
    """A form is shown with its questions in the agent's language; the answers are as they were written."""
    if contact.draft is None:
        return contact.body
    return answers_text(form_of_draft(contact.draft), contact.draft.answers, language)


def names_of(conversation: Conversation) -> dict[str, str]:
    """Full names by actor, of everybody who has done something here."""
    actors = {
        *conversation.contacts.values_list("actor", flat=True),
        *conversation.events.values_list("actor", flat=True),
    }
    ids = [int(actor.partition(":")[2]) for actor in actors if actor.startswith("staff:")]
    return {f"staff:{pk}": name for pk, name in Employee.objects.filter(pk__in=ids).values_list("pk", "full_name")}


def messages_of(conversation: Conversation, language: str, *, seen: datetime | None = None) -> list[Message]:
    names, since = names_of(conversation), taken_over_at(conversation)
    contacts = conversation.contacts.select_related("draft__form").prefetch_related("attachments").order_by("at", "pk")
    return [
        Message(
            contact=contact,
            who=_who(contact, names),
            body=_body(contact, language),
            is_new=seen is not None and contact.at > seen,
            mark=str(MARKS.get(contact.mark, "")),
            attachments=sorted(contact.attachments.all(), key=lambda one: one.pk),
        )
        for contact in contacts
        if not (contact.direction == Contact.Direction.NOTE and since is not None and contact.at < since)
    ]


def answer_form(conversation: Conversation, staff: Staff, data: Any = None) -> AnswerForm:
    templates = [
        (one.slug, in_language(one.names, get_language() or "fi"))
        for one in templates_for(municipality_id=conversation.municipality_id, service_type=conversation.service_type)
    ]
    initial = {
        "body": kept_text(conversation_id=conversation.pk, employee_id=staff.employee.pk),
        "version": conversation.version,
        "then": Then.CLOSE,
    }
    return AnswerForm(data, initial=initial, templates=templates)


def conversation_page(
    request: HttpRequest,
    staff: Staff,
    conversation: Conversation,
    form: AnswerForm,
    *,
    seen: datetime | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """`seen`: what came later is marked as new, because the agent has not read it when they wrote."""
    language, now = get_language() or "fi", timezone.now()
    fees = read_fee_lines(conversation.subject)
    note_read(staff, conversation, fees=fees is not None)
    kind = find_service_type(conversation.service_type)
    context = {
        "conversation": conversation,
        "topic": topic_of(conversation, language),
        "tag": haste_tag(conversation),
        "messages_of": messages_of(conversation, language, seen=seen),
        "events": event_words(conversation, names_of(conversation)),
        "form": form,
        "fees": fees,
        "others": queue_rows(list(other_errands(staff.access, conversation)[:10]), language),
        "here": colleagues_here(conversation_id=conversation.pk, employee_id=staff.employee.pk, at=now),
        "agents": agents_of(conversation.municipality_id),
        "municipality_name": conversation.municipality.name(language),
        "person_language": LANGUAGE_NAMES.get(conversation.language, conversation.language),
        "is_open": conversation.state != State.CLOSED,
        "is_mine": conversation.agent_id == staff.employee.pk,
        "can_promote": kind.procedure is not None and conversation.case_id is None,
        "can_see_case": conversation.municipality_id in staff.access.preparer,
        "offer": conversation.transfers.filter(state="offered").select_related("to_municipality").first(),
        "others_serving": [
            (one.pk, one.name(language)) for one in serving_municipalities() if one.pk != conversation.municipality_id
        ],
        **more,
    }
    return show(request, staff, "service/conversation.html", context, status=status)


@staff_page
@require_safe
def conversation(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="view conversation")
    note_presence(conversation_id=found.pk, employee_id=staff.employee.pk, typed=None, at=timezone.now())
    return conversation_page(request, staff, found, answer_form(found, staff))


@staff_page
@require_POST
def presence(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    """A sign of life with what has been typed so far; who else is here, and whether something has come."""
    found = find_conversation(staff, conversation_id, action="view conversation")
    now = timezone.now()
    note_presence(conversation_id=found.pk, employee_id=staff.employee.pk, typed=request.POST.get("body"), at=now)
    here = colleagues_here(conversation_id=found.pk, employee_id=staff.employee.pk, at=now)
    has_changed = request.POST.get("version", "") != str(found.version)
    context = {"conversation": found, "here": here, "has_changed": has_changed}
    return render(request, "staff/service/presence.html", context)


@staff_page
@require_safe
def conversation_file(request: HttpRequest, staff: Staff, conversation_id: int, attachment_id: int) -> HttpResponse:  # noqa: ARG001
    found = find_conversation(staff, conversation_id, action="open attachment")
    attachment = Attachment.objects.filter(
        pk=attachment_id, contacts__conversation=found, state=Attachment.State.CLEAN
    ).first()
    if attachment is None:
        raise Http404
    note_read(staff, found, action="open attachment", attachment=attachment.pk)
    return attachment_response(attachment)
