"""What became of each reminder, as a page and a file; and the button for those that a person must look at."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.reminding import NEEDS_A_LOOK, OPEN_STATES, ReminderState
from torget.payments.reminders.again import send_again
from torget.payments.reminders.models import Reminder
from torget.payments.web.reminders.staff.desk import desk_only, municipality_page
from torget.payments.web.reminders.staff.words import channel_words, reason_words, state_tag, what_to_do
from torget.payments.web.staff.files import file_of

_PAGE_ROWS = 25
ROWS_MAX = 20_000
_CHOICES = {
    "": None,
    "waiting": OPEN_STATES,
    "sent": (ReminderState.SENT,),
    "held": (ReminderState.HELD,),
    "look": NEEDS_A_LOOK,
}


def _card(reminder: Reminder, is_desk: bool) -> str:
    """Whoever only oversees needs no more than the end of the number."""
    return reminder.card_number if is_desk else f"…{reminder.card_number[-4:]}"


def _chosen(municipality: Municipality, choice: str) -> QuerySet[Reminder]:
    found = Reminder.objects.filter(municipality=municipality).order_by("-planned_at", "-pk")
    states = _CHOICES.get(choice)
    return found.filter(state__in=[one.value for one in states]) if states else found


def _table(found: QuerySet[Reminder], is_desk: bool) -> Table:
    def cells(one: Reminder) -> list[Cell]:
        return [
            timezone.localtime(one.planned_at),
            _card(one, is_desk),
            state_tag(one.state).text,
            reason_words(one.reason),
            channel_words(one.channel),
            one.language,
            timezone.localtime(one.sent_at) if one.sent_at else None,
            Money(one.amount_cents),
        ]

    headings = [_("Found"), _("Library card"), _("State"), _("Reason"), _("Way"), _("Language"), _("Sent"), _("Euros")]
    return Table(name=_("Reminders"), headings=headings, rows=[cells(one) for one in found[:ROWS_MAX]])


def _row(one: Reminder, is_desk: bool) -> dict[str, Any]:
    return {
        "reminder": one,
        "card": _card(one, is_desk),
        "tag": state_tag(one.state),
        "reason": reason_words(one.reason),
        "channel": channel_words(one.channel),
        "amount": Money(one.amount_cents),
        "what_to_do": what_to_do(one) if is_desk else "",
        # The page of a link is for desks.
        "link_id": one.link_id if is_desk and one.link is not None else None,
    }


@municipality_page
@require_safe
def log(request: HttpRequest, staff: Staff, municipality: Municipality) -> HttpResponse:
    choice = request.GET.get("show", "")
    choice = choice if choice in _CHOICES else ""
    is_desk, kind = municipality.pk in staff.access.desk, request.GET.get("file", "")
    found = _chosen(municipality, choice)
    record(
        at=timezone.now(),
        actor=staff.actor,
        action="export reminders" if kind else "view reminders",
        subject=f"reminders:{municipality.pk}",
        municipality_id=municipality.pk,
        detail={"show": choice, "page": request.GET.get("page", "")},
    )
    if kind:
        return file_of([_table(found, is_desk)], kind=kind, name="reminders", at=timezone.now())
    page = Paginator(found.select_related("link"), _PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "municipality": municipality,
        "name": municipality.name(get_language() or "fi"),
        "rows": [_row(one, is_desk) for one in page],
        "page": page,
        "show": choice,
        "choices": [
            {"code": "", "text": _("All")},
            {"code": "waiting", "text": _("Waiting")},
            {"code": "sent", "text": _("Sent")},
            {"code": "held", "text": _("Held back")},
            {"code": "look", "text": _("Need a look")},
        ],
    }
    return show(request, staff, "reminders/log.html", context)


@desk_only
@require_POST
def again(request: HttpRequest, staff: Staff, municipality: Municipality, reminder_id: int) -> HttpResponse:
    found = Reminder.objects.filter(pk=reminder_id, municipality=municipality).first()
    if found is None:
        raise Http404
    if send_again(reminder=found, actor=staff.actor, now=timezone.now()):
        messages.success(request, _("It is looked at anew, and sent when messages may go out."))
    else:
        messages.warning(request, _("It has gone on meanwhile, or a newer reminder is on its way."))
    return HttpResponseRedirect(f"{reverse('staff-reminders-log', args=[municipality.pk])}?show=look")
