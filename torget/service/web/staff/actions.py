"""What an agent does with a conversation. Every one of them keeps what was typed when it cannot be done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from torget.foundation.staff.page import posted_number
from torget.foundation.staff.session import Staff, staff_page
from torget.foundation.staff.told import Refusals, told
from torget.service.conversations.answer import NothingWritten, Then, TooLong, answer_conversation, write_note
from torget.service.conversations.handle import (
    NoReason,
    NotAnAgent,
    assign_conversation,
    close_conversation,
    reopen_conversation,
)
from torget.service.conversations.models import Conversation
from torget.service.conversations.presence import note_presence
from torget.service.conversations.steps import ChangedMeanwhile
from torget.service.conversations.templates import filled, templates_for
from torget.service.core.states import NotPossible
from torget.service.web.staff.conversation import AnswerForm, answer_form, conversation_page
from torget.service.web.staff.visible import find_conversation


def back_to(conversation: Conversation, anchor: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("staff-conversation", args=[conversation.pk]) + anchor)


def _keep(conversation: Conversation, staff: Staff, text: str) -> None:
    note_presence(conversation_id=conversation.pk, employee_id=staff.employee.pk, typed=text, at=timezone.now())


def form_version(request: HttpRequest) -> int:
    """Zero is no version there can be, so a form without one is an old one."""
    return posted_number(request, "version")


def changed_meanwhile() -> Refusals:
    """Nobody acts on what they have not seen."""
    return dict.fromkeys((ChangedMeanwhile, NotPossible), _("Something came meanwhile. Read what is new first."))


def _with_template(request: HttpRequest, conversation: Conversation, staff: Staff) -> HttpResponse:
    """Put the chosen ready answer after what is typed; works without scripts."""
    typed = request.POST.get("body", "").rstrip()
    chosen = next(
        (
            one
            for one in templates_for(
                municipality_id=conversation.municipality_id, service_type=conversation.service_type
            )
            if one.slug == request.POST.get("template")
        ),
        None,
    )
    if chosen is not None:
        places = {
            "agent": staff.employee.full_name,
            "municipality": conversation.municipality.name(conversation.language),
        }
        text = filled(chosen, language=conversation.language, places=places)
        typed = f"{typed}\n\n{text}" if typed else text
    _keep(conversation, staff, typed)
    return back_to(conversation, "#answer")


def _overtaken(
    request: HttpRequest, staff: Staff, conversation: Conversation, form: AnswerForm, then: str
) -> HttpResponse:
    """Somebody was first: their message is shown, ours is kept, and the next press is from the new version."""
    seen = _last_moment_seen(conversation, form_version(request))
    conversation.refresh_from_db()
    fresh = answer_form(
        conversation,
        staff,
        {"body": form.data.get("body", ""), "then": then, "version": conversation.version, "template": ""},
    )
    fresh.is_valid()
    fresh.add_error(
        None,
        _("Something came while you wrote. Read what is new above, change your answer if need be, and send it again."),
    )
    return conversation_page(request, staff, conversation, fresh, seen=seen, status=409)


def _last_moment_seen(conversation: Conversation, version: int) -> Any:
    """When the version that the agent saw was left: each version has one event, so they can be counted back."""
    later = conversation.version - version
    moments = list(conversation.events.order_by("-at", "-pk").values_list("at", flat=True)[: later + 1])
    return moments[later] if 0 < later < len(moments) else None


@staff_page
@require_POST
def answer(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="answer conversation")
    if "insert" in request.POST:
        return _with_template(request, found, staff)
    form = answer_form(found, staff, request.POST)
    _keep(found, staff, request.POST.get("body", ""))
    if "keep" in request.POST:
        messages.success(request, _("Your text is kept. Nobody but you sees it."))
        return back_to(found, "#answer")
    return (
        _send(request, staff, found, form)
        if form.is_valid()
        else conversation_page(request, staff, found, form, status=422)
    )


def _send(request: HttpRequest, staff: Staff, found: Conversation, form: AnswerForm) -> HttpResponse:
    then = Then(form.cleaned_data["then"])
    try:
        answer_conversation(
            conversation_id=found.pk,
            version=form_version(request),
            body=form.cleaned_data["body"],
            then=then,
            employee_id=staff.employee.pk,
            at=timezone.now(),
        )
    except ChangedMeanwhile:
        return _overtaken(request, staff, found, form, then)
    except NotPossible:
        form.add_error(None, _("The conversation is closed. Open it again before you answer; your text is kept."))
        return conversation_page(request, staff, found, form, status=409)
    except (NothingWritten, TooLong):
        form.add_error("body", _("Write an answer before you send"))
        return conversation_page(request, staff, found, form, status=422)
    messages.success(request, _("Your answer has been sent."))
    return back_to(found)


@staff_page
@require_POST
def note(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="note conversation")
    refusals: Refusals = {
        NothingWritten: _("Write the note before you save it."),
        TooLong: _("The note is too long: 10,000 characters is the most."),
    }
    with told(request, _("The note is saved. The person does not see it."), refusals):
        write_note(
            conversation_id=found.pk,
            body=request.POST.get("note", ""),
            employee_id=staff.employee.pk,
            at=timezone.now(),
        )
    return back_to(found)


@staff_page
@require_POST
def assign(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="assign conversation")
    refusals: Refusals = {NotAnAgent: _("That colleague does not work in this queue.")}
    with told(request, _("Done. The queue shows who has it."), refusals):
        assign_conversation(
            conversation_id=found.pk,
            agent_id=posted_number(request, "agent") or None,
            employee_id=staff.employee.pk,
            at=timezone.now(),
        )
    return back_to(found)


@staff_page
@require_POST
def close(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="close conversation")
    changed = _("Something came meanwhile, so nothing was closed. Read what is new first.")
    refusals: Refusals = {
        NoReason: _("Write why it is closed without an answer."),
        ChangedMeanwhile: changed,
        NotPossible: changed,
    }
    with told(request, _("Closed without an answer."), refusals):
        close_conversation(
            conversation_id=found.pk,
            version=form_version(request),
            reason=request.POST.get("reason", ""),
            employee_id=staff.employee.pk,
            at=timezone.now(),
        )
    return back_to(found)


@staff_page
@require_POST
def reopen(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="reopen conversation")
    with told(request, _("Open again; the clock has started anew."), changed_meanwhile()):
        reopen_conversation(
            conversation_id=found.pk, version=form_version(request), employee_id=staff.employee.pk, at=timezone.now()
        )
    return back_to(found)
