"""Where reconciliation stands in the navigation and on the first page, and for whom."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from torget.foundation.people.access import Access
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff
from torget.payments.settlement.findings import open_findings


def reconciles(access: Access) -> bool:
    """Finance works here; whoever oversees may look. A library desk has no use for it."""
    return access.sees_all or bool(access.finance) or bool(access.sees - access.desk)


def reconciliation_card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    found = open_findings(staff.access)
    return {
        "reconciliation_findings": found.count(),
        "own_findings": found.filter(owner=staff.employee).count(),
    }


def register() -> None:
    register_place(
        Place(
            url_name="staff-reconciliation",
            text=gettext_lazy("Reconciliation"),
            position=33,
            is_for=reconciles,
        )
    )
    register_home_card(
        HomeCard(
            template="staff/reconciliation/card.html",
            position=33,
            is_for=reconciles,
            context=reconciliation_card,
        )
    )
