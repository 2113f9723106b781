"""What the first page shows of the months: those that wait to be closed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from torget.foundation.people.access import Access
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff
from torget.payments.web.months.lists import standing_rows

_SHOWN_MAX = 5


def months_card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    rows = standing_rows(staff, get_language() or "fi", timezone.now())
    waiting = [row for row in rows if row["to_close"]]
    return {"months_to_close": waiting[:_SHOWN_MAX], "more_to_close": max(len(waiting) - _SHOWN_MAX, 0)}


def sees_books(access: Access) -> bool:
    return access.sees_books


def register() -> None:
    register_place(Place(url_name="staff-months", text=gettext_lazy("Months"), position=34, is_for=sees_books))
    register_place(
        Place(url_name="staff-shared-costs", text=gettext_lazy("Shared costs"), position=35, is_for=sees_books)
    )
    register_home_card(
        HomeCard(template="staff/months/home_card.html", position=34, is_for=sees_books, context=months_card)
    )
