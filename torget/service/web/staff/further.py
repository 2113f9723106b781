"""Where a conversation goes from here: to a registered matter, or to the municipality that it belongs to."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.staff.page import posted_number, show
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.foundation.staff.told import Refusals, told
from torget.service.conversations.models import Contact, Transfer
from torget.service.conversations.promote import AlreadyPromoted, NoProcedure, promote_conversation
from torget.service.conversations.queries import offered_to
from torget.service.conversations.transfer import (
    AlreadyOffered,
    NoTransferReason,
    NotServed,
    TransferAnswered,
    accept_transfer,
    offer_transfer,
    return_transfer,
)
from torget.service.forms.models import Attachment
from torget.service.web.files import attachment_response
from torget.service.web.staff.actions import back_to, changed_meanwhile, form_version
from torget.service.web.staff.conversation import messages_of
from torget.service.web.staff.queue import topic_of
from torget.service.web.staff.visible import find_conversation, note_read


@staff_page
@require_POST
def promote(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="promote conversation")
    never = _("This conversation is a matter already, or cannot become one.")
    refusals = {**changed_meanwhile(), AlreadyPromoted: never, NoProcedure: never}
    with told(request, _("It is a registered matter now. A preparer goes on with it."), refusals):
        promote_conversation(
            conversation_id=found.pk, version=form_version(request), employee_id=staff.employee.pk, at=timezone.now()
        )
    return back_to(found)


@staff_page
@require_POST
def offer(request: HttpRequest, staff: Staff, conversation_id: int) -> HttpResponse:
    found = find_conversation(staff, conversation_id, action="offer conversation")
    refusals = {
        **changed_meanwhile(),
        NoTransferReason: _("Write why it belongs to them; they read it before they decide."),
        NotServed: _("Choose the municipality that it belongs to."),
        AlreadyOffered: _("It is offered already; they have not answered yet."),
    }
    with told(request, _("Offered. The person has been told."), refusals):
        offer_transfer(
            conversation_id=found.pk,
            version=form_version(request),
            to_municipality_id=posted_number(request, "municipality"),
            reason=request.POST.get("reason", ""),
            employee_id=staff.employee.pk,
            at=timezone.now(),
        )
    return back_to(found)


def _find_offer(staff: Staff, transfer_id: int, *, action: str) -> Transfer:
    """What is offered to the agent's own municipality; for all others there is none."""
    found = offered_to(staff.access).filter(pk=transfer_id).first()
    if found is None:
        note_refusal(staff, action=action, subject=f"transfer:{transfer_id}")
        raise Http404
    return found


@staff_page
@require_safe
def offered(request: HttpRequest, staff: Staff, transfer_id: int) -> HttpResponse:
    """The message and its files, and why it is offered; nothing else of the municipality that offers it."""
    found = _find_offer(staff, transfer_id, action="view offer")
    language = get_language() or "fi"
    note_read(staff, found.conversation, action="view offer", transfer=found.pk)
    written = [
        one for one in messages_of(found.conversation, language) if one.contact.direction == Contact.Direction.IN
    ]
    context = {
        "transfer": found,
        "topic": topic_of(found.conversation, language),
        "written": written,
        "sender": found.from_municipality.name(language),
        "to": found.to_municipality.name(language),
    }
    return show(request, staff, "service/offered.html", context)


@staff_page
@require_safe
def offered_file(request: HttpRequest, staff: Staff, transfer_id: int, attachment_id: int) -> HttpResponse:  # noqa: ARG001
    found = _find_offer(staff, transfer_id, action="open attachment")
    attachment = Attachment.objects.filter(
        pk=attachment_id,
        contacts__conversation=found.conversation_id,
        contacts__direction=Contact.Direction.IN,
        state=Attachment.State.CLEAN,
    ).first()
    if attachment is None:
        raise Http404
    note_read(staff, found.conversation, action="open attachment", attachment=attachment.pk)
    return attachment_response(attachment)


@staff_page
@require_POST
def accept(request: HttpRequest, staff: Staff, transfer_id: int) -> HttpResponse:
    found = _find_offer(staff, transfer_id, action="accept offer")
    try:
        conversation = accept_transfer(transfer_id=found.pk, employee_id=staff.employee.pk, at=timezone.now())
    except TransferAnswered:
        messages.error(request, _("A colleague has answered the offer already."))
        return HttpResponseRedirect(reverse("staff-conversations"))
    messages.success(request, _("It is in your queue now. The person has been told."))
    return back_to(conversation)


@staff_page
@require_POST
def give_back(request: HttpRequest, staff: Staff, transfer_id: int) -> HttpResponse:
    found = _find_offer(staff, transfer_id, action="return offer")
    reason = request.POST.get("reason", "")
    refusals: Refusals = {
        TransferAnswered: _("A colleague has answered the offer already."),
        NoTransferReason: _("Write why you give it back; they read it."),
    }
    with told(request, _("Given back. The person has been told."), refusals):
        return_transfer(transfer_id=found.pk, reason=reason, employee_id=staff.employee.pk, at=timezone.now())
    if not reason.strip():
        return HttpResponseRedirect(reverse("staff-transfer", args=[found.pk]))
    return HttpResponseRedirect(reverse("staff-conversations"))
