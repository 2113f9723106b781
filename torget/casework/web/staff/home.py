"""What the first page and the navigation show of casework to those who prepare and decide matters."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy

from torget.casework.cases.models import Case
from torget.casework.web.staff.case_list import cases_for_a_person, unread_cases, waiting_cases
from torget.casework.web.staff.visible import has_cases
from torget.foundation.core.business_days import HELSINKI
from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff


def _card(_request: HttpRequest, staff: Staff) -> Mapping[str, Any]:
    owners = staff.access.preparer
    waiting = waiting_cases(owners)
    today = timezone.now().astimezone(HELSINKI).date()
    return {
        "matters": {
            "open": waiting.filter(state=Case.State.OPEN).count(),
            "prepared": waiting.filter(state=Case.State.PREPARED).count(),
            "late": waiting.filter(due_on__lt=today).count(),
            "unread": unread_cases(owners).count(),
            "for_a_person": cases_for_a_person(owners).count(),
        }
    }


def register() -> None:
    register_place(Place(url_name="staff-cases", text=gettext_lazy("Matters"), position=20, is_for=has_cases))
    register_place(Place(url_name="staff-rules", text=gettext_lazy("Rules"), position=21, is_for=has_cases))
    register_home_card(
        HomeCard(template="staff/casework/cases_card.html", position=20, is_for=has_cases, context=_card),
    )
