"""The page of figures, and each of its tables as a file."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.audit.record import record
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.web.books.choice import Choice, Read, read_choice
from torget.payments.web.books.panels import Board, Panel, board_of
from torget.payments.web.books.saved import DELETED, NameForm, just_deleted, keep, saved_choices
from torget.payments.web.staff.files import XLSX, file_of
from torget.payments.web.staff.waiting import what_waits


def make_board(staff: Staff, choice: Choice) -> Board:
    chosen = choice.municipality
    waits = what_waits(staff.access, timezone.now(), slug=choice.slug, municipality_id=chosen.pk if chosen else None)
    waiting = Panel(
        key="waiting",
        title=waits.table.name,
        counted=_("Now, whatever the period: payments and refunds that stand still until somebody looks at them."),
        chart=waits.chart,
        table=waits.table,
        links=waits.links,
    )
    return board_of(choice.scope, waiting, waits.count)


def ask_again(request: HttpRequest, staff: Staff, read: Read) -> HttpResponse:
    """The forms with what is wrong with them, and no figures."""
    wrong = read.days if read.days.errors else read.form
    return show(request, staff, "figures/figures.html", {"read": read, "form": wrong}, status=422)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def figures(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Posted to save the choice of the address under a name."""
    read = read_choice(request.GET, staff.access, timezone.now())
    choice = read.choice
    if choice is None:
        return ask_again(request, staff, read)
    form, saved = keep(request, staff, choice) if request.method == "POST" else (NameForm(), None)
    if saved or not read.is_plain:
        return saved or HttpResponseRedirect(f"{reverse('staff-figures')}?{choice.query}")
    context = {
        "read": read,
        "form": form,
        "choice": choice,
        "board": make_board(staff, choice) if choice.visible else None,
        "saved": saved_choices(staff),
        "deleted": just_deleted(staff, request.GET.get(DELETED, "")),
        "made_at": timezone.now(),
    }
    return show(request, staff, "figures/figures.html", context, status=422 if form.errors else 200)


@staff_page
@require_safe
def figures_file(request: HttpRequest, staff: Staff, key: str, kind: str) -> HttpResponse:
    """One table, or 'all' of them as the sheets of a workbook."""
    now = timezone.now()
    choice = read_choice(request.GET, staff.access, now).choice
    if choice is None:
        raise Http404
    panels = [panel for panel in make_board(staff, choice).panels if key in (panel.key, "all")]
    if not panels or (key == "all" and kind != XLSX):
        raise Http404
    record(
        at=now,
        actor=staff.actor,
        action="export figures",
        subject=f"figures:{key}",
        municipality_id=choice.municipality.pk if choice.municipality else None,
        detail={"period": choice.period.key, "kind": kind},
    )
    name = "-".join(filter(None, ("figures" if key == "all" else key, choice.slug)))
    return file_of([panel.table for panel in panels], kind=kind, name=name, at=now)
