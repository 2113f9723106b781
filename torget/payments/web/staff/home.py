"""What the first page shows of payments: how many wait for what, and the search box."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from torget.foundation.people.access import Access
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff
from torget.payments.core.checkout import State
from torget.payments.web.staff.proposals import proposals_for
from torget.payments.web.staff.reversals import fees_to_raise
from torget.payments.web.staff.search import QuickSearchForm
from torget.payments.web.staff.visible import needing_a_human, visible_payments
from torget.payments.web.staff.waiting import what_waits

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


def payments_card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    to_decide, _own = proposals_for(staff)
    counts = {**count_waiting(staff.access), "to_decide": len(to_decide)}
    waits = what_waits(staff.access, timezone.now())
    return {"counts": counts, "waits": waits, "search_form": QuickSearchForm()}


def register() -> None:
    """The pages on payments are for those who see payments, and the first page shows how many wait for what."""
    for position, (name, text) in enumerate(
        (("staff-work-list", gettext_lazy("Work list")), ("staff-search", gettext_lazy("Search payments"))), start=30
    ):
        register_place(Place(url_name=name, text=text, position=position, is_for=sees_payments))
    register_home_card(
        HomeCard(template="staff/payments_card.html", position=30, is_for=sees_payments, context=payments_card)
    )


def sees_payments(access: Access) -> bool:
    return access.sees_all or bool(access.sees)
