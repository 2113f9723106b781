"""The first page: how many payments wait for what, and the search box."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from torget.foundation.people.access import Access
from torget.payments.core.checkout import State
from torget.payments.web.staff.page import show
from torget.payments.web.staff.proposals import proposals_for
from torget.payments.web.staff.reversals import fees_to_raise
from torget.payments.web.staff.search import QuickSearchForm
from torget.payments.web.staff.session import Staff, staff_page
from torget.payments.web.staff.visible import needing_a_human, visible_payments

_WAITING = (State.PAID, State.REGISTERING, State.UNCERTAIN)
_REFUNDING = (State.REFUND_DUE, State.REFUNDING, State.REFUND_PENDING)


def count_waiting(access: Access) -> dict[str, int]:
    """Only rows that wait for something: payments that ended grow without bound and are in neither partial index."""
    needs_human = needing_a_human(access, timezone.now()).count()
    moving: dict[str, int] = (
        visible_payments(access)
        .filter(next_at__isnull=False, state__in=(*_WAITING, *_REFUNDING))
        .aggregate(
            waiting=Count("pk", filter=Q(state__in=_WAITING)), refunding=Count("pk", filter=Q(state__in=_REFUNDING))
        )
    )
    return {"needs_human": needs_human, **moving, "to_raise": fees_to_raise(access).count()}


@staff_page
@require_safe
def home(request: HttpRequest, staff: Staff) -> HttpResponse:
    to_decide, _own = proposals_for(staff)
    counts = {**count_waiting(staff.access), "to_decide": len(to_decide)}
    return show(request, staff, "home.html", {"counts": counts, "search_form": QuickSearchForm()})
