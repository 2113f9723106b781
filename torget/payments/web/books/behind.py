"""The single payments behind a figure, as a page, a CSV and an XLSX; each leads to the payment and its documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from torget.foundation.audit.record import record
from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff, staff_page
from torget.payments.checkout.models import Payment
from torget.payments.closing.words import entry_kind_words
from torget.payments.core.checkout import State
from torget.payments.web.books import figures
from torget.payments.web.books.choice import Choice, read_choice
from torget.payments.web.books.dashboard import ask_again
from torget.payments.web.staff.files import file_of
from torget.payments.web.staff.lists import keep_list
from torget.payments.web.staff.words import STATE_WORDS

_PAGE_ROWS = 50
_SLOWEST_MAX = 200
ROWS_MAX = 20_000
"""More rows than these a file does not hold; the page says so, and a shorter period shows the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Rows behind a figure, with the payment of each."""

    table: Table
    payment_ids: Sequence[int | None]
    is_cut: bool
    about: str


def _references(ids: Sequence[int | None]) -> dict[int, Payment]:
    return Payment.objects.only("reference", "state", "amount_cents", "municipality_id").in_bulk(
        {found for found in ids if found is not None}
    )


def _entries(choice: Choice) -> Behind:
    scope = choice.scope
    found = figures.income_entries(scope.ids, choice.period, ROWS_MAX + 1)
    shown = found[:ROWS_MAX]
    payments = _references([row.payment_id for row in shown])

    def cells(row: figures.IncomeEntry) -> list[Cell]:
        payment = payments.get(row.payment_id) if row.payment_id else None
        place = scope.names[row.municipality_id]
        return [
            payment.reference if payment else "",
            timezone.localtime(row.at),
            place,
            entry_kind_words(row.kind),
            Money(row.cents),
        ]

    return Behind(
        table=Table(
            name=_("Entries behind the income"),
            headings=[_("Bank reference"), _("When"), _("Municipality"), _("What happened"), _("Euros")],
            rows=[cells(row) for row in shown],
        ),
        payment_ids=[row.payment_id if row.payment_id in payments else None for row in shown],
        is_cut=len(found) > ROWS_MAX,
        about=_("Each entry in the books that makes up the income, the newest first."),
    )


def _slowest(choice: Choice) -> Behind:
    found = figures.slowest_payments(choice.scope.ids, choice.period, _SLOWEST_MAX)
    payments = _references([row.payment_id for row in found])

    def cells(row: figures.SlowPayment) -> list[Cell]:
        payment = payments[row.payment_id]
        return [
            payment.reference,
            timezone.localtime(row.paid_at),
            timezone.localtime(row.registered_at) if row.registered_at else None,
            row.registered_at - row.paid_at if row.registered_at else None,
            str(STATE_WORDS[State(payment.state)]),
            Money(payment.amount_cents),
        ]

    return Behind(
        table=Table(
            name=_("The slowest payments"),
            headings=[_("Bank reference"), _("Paid"), _("Registered"), _("Took"), _("State now"), _("Euros")],
            rows=[cells(row) for row in found],
        ),
        payment_ids=[row.payment_id for row in found],
        is_cut=False,
        about=_("Those that are not registered stand first, then the slowest. At most %(count)d are listed.")
        % {"count": _SLOWEST_MAX},
    )


def _page(request: HttpRequest, staff: Staff, name: str, look: Callable[[Choice], Behind]) -> HttpResponse:
    now = timezone.now()
    read = read_choice(request.GET, staff.access, now)
    if read.choice is None:
        return ask_again(request, staff, read)
    choice, kind = read.choice, request.GET.get("file", "")
    behind = look(choice)
    page = Paginator(range(len(behind.table.rows)), _PAGE_ROWS).get_page(request.GET.get("page"))
    places = range(len(behind.table.rows)) if kind else page.object_list
    record(
        at=now,
        actor=staff.actor,
        action=f"export {name}" if kind else f"view {name}",
        subject="payments",
        municipality_id=choice.municipality.pk if choice.municipality else None,
        detail={"period": choice.period.key, "payments": [behind.payment_ids[place] for place in places]},
    )
    if kind:
        return file_of([behind.table], kind=kind, name=name, at=now)
    ids = [behind.payment_ids[place] for place in places]
    keep_list(request, list(dict.fromkeys(found for found in behind.payment_ids if found)))
    context = {
        "choice": choice,
        "behind": behind,
        "table": Table(
            name=behind.table.name,
            headings=behind.table.headings,
            rows=[behind.table.rows[place] for place in places],
        ),
        "links": [reverse("staff-payment", args=[found]) if found else "" for found in ids],
        "page": page,
        "rows_max": ROWS_MAX,
    }
    return show(request, staff, "figures/behind.html", context)


@staff_page
@require_safe
def entries(request: HttpRequest, staff: Staff) -> HttpResponse:
    return _page(request, staff, "income-entries", _entries)


@staff_page
@require_safe
def slowest(request: HttpRequest, staff: Staff) -> HttpResponse:
    return _page(request, staff, "slowest-payments", _slowest)
