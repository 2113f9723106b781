"""One errand as the person sees it: everything in one timeline, and a way to write again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.core.languages import in_language
from torget.payments.web.looks import note_look
from torget.payments.web.patron_session import SignedInPatron, patron_required, signed_in_patron
from torget.service.conversations.models import Contact, Conversation
from torget.service.conversations.queries import errands_of
from torget.service.conversations.reply import EmptyReply, ReplyFile, ReplyTooLong, add_reply, scan_reply
from torget.service.core.files import FileFault
from torget.service.core.forms import LONG_TEXT_LENGTH_MAX
from torget.service.core.service_types import service_types
from torget.service.core.states import State
from torget.service.forms.attach import FileRefused
from torget.service.forms.models import Attachment
from torget.service.web.files import attachment_response
from torget.service.web.resident.timeline import errand_timeline
from torget.service.web.step_form import FILE_FAULTS
from torget.service.web.upload import refused_files
from torget.service.web.words import state_for_person, state_tag_for_person


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(_FilesField, self).clean(one, initial) for one in data or []]


class ReplyForm(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("Write to us"),
        help_text=gettext_lazy("Do not write your personal identity code."),
        max_length=LONG_TEXT_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": gettext_lazy("Write something before you send"),
            "max_length": gettext_lazy("Write at most 10,000 characters"),
        },
    )
    attachments = _FilesField(
        label=gettext_lazy("Attach files"),
        help_text=gettext_lazy("At most 5 files: PDF, PNG or JPEG, each at most 5 megabytes."),
        required=False,
        allow_empty_file=True,
        widget=_FilesInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )

    def clean(self) -> dict[str, Any]:
        """A file alone says enough."""
        if self.cleaned_data.get("attachments") and self.has_error("body", "required"):
            del self.errors["body"]
            self.cleaned_data["body"] = ""
        return self.cleaned_data

    def refuse(self, fault: FileFault) -> None:
        self.add_error("attachments", str(FILE_FAULTS[fault]))


def _find_errand(request: HttpRequest, token: str, *, action: str) -> Conversation:
    found = Conversation.objects.select_related("municipality").filter(token=token).first()
    if found is None:
        raise Http404
    note_look(
        request,
        owner_id=found.patron_id,
        action=action,
        subject=f"conversation:{found.pk}",
        municipality_id=found.municipality_id,
    )
    return found


def _actor(request: HttpRequest, conversation: Conversation) -> str:
    patron = signed_in_patron(request)
    is_own = patron is not None and patron.patron_id == conversation.patron_id
    return f"patron:{conversation.patron_id}" if is_own else "person"


def _page(request: HttpRequest, conversation: Conversation, form: ReplyForm) -> HttpResponse:
    language = get_language() or "fi"
    context = {
        "conversation": conversation,
        "form": form,
        "entries": errand_timeline(conversation, language),
        "tag": state_tag_for_person(conversation),
        "what_now": state_for_person(conversation),
        "municipality": conversation.municipality,
        "municipality_name": conversation.municipality.name(language),
        "is_new": "sent" in request.GET and conversation.version == (1 if conversation.case_id is None else 2),
        "is_closed": conversation.state == State.CLOSED,
        "is_own": _actor(request, conversation) != "person",
    }
    response = render(request, "service/errand.html", context, status=422 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    # The address is the key, so it must not leave for other sites or lie in an index.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def errand(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever has its unguessable address."""
    conversation = _find_errand(request, token, action="open errand")
    if request.method != "POST":
        return _page(request, conversation, ReplyForm())
    form = ReplyForm(request.POST, request.FILES)
    if "attachments" in refused_files(request.META):
        form.refuse(FileFault.TOO_LARGE)
    if not form.is_valid() or not _send(request, conversation, form):
        return _page(request, conversation, form)
    messages.success(request, _("Your message has been sent."))
    return HttpResponseRedirect(reverse("errand", args=[token]))


def _send(request: HttpRequest, conversation: Conversation, form: ReplyForm) -> bool:
    """False when nothing was sent; then the form says why, and keeps what was written."""
    now = timezone.now()
    files = [ReplyFile(name=file.name or "", content=file.read()) for file in form.cleaned_data["attachments"]]
    try:
        contact = add_reply(
            conversation_id=conversation.pk,
            body=form.cleaned_data["body"],
            actor=_actor(request, conversation),
            at=now,
            files=files,
        )
    except (EmptyReply, ReplyTooLong):
        form.add_error("body", _("Write something before you send"))
        return False
    except FileRefused as refusal:
        form.refuse(refusal.fault)
        return False
    scan_reply(contact, at=now)
    return True


@require_safe
def errand_file(request: HttpRequest, token: str, attachment_id: int) -> HttpResponse:
    """A file of this errand that the scanner has passed; for all others there is none."""
    conversation = _find_errand(request, token, action="open attachment")
    visible = Contact.objects.filter(conversation=conversation).exclude(direction=Contact.Direction.NOTE)
    found = Attachment.objects.filter(pk=attachment_id, contacts__in=visible, state=Attachment.State.CLEAN).first()
    if found is None:
        raise Http404
    return attachment_response(found)


@require_safe
@patron_required
def errands(request: HttpRequest, patron: SignedInPatron) -> HttpResponse:
    rows = [
        {
            "conversation": one,
            "tag": state_tag_for_person(one),
            "municipality": one.municipality.name(get_language() or "fi"),
        }
        for one in errands_of(patron.patron_id)[:100]
    ]
    kinds = [
        (kind.slug, in_language(kind.names, get_language() or "fi"))
        for kind in service_types()
        if not kind.begins_at_a_fee
    ]
    return render(request, "service/errands.html", {"rows": rows, "kinds": kinds})
