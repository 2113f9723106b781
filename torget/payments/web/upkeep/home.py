"""What operators and coordinators see of the upkeep on their first page."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from torget.foundation.staff.places import HomeCard, Place, register_home_card, register_place
from torget.foundation.staff.session import Staff
from torget.payments.web.upkeep.entry import keeps_the_service
from torget.payments.web.upkeep.invariants import last_check, verdict


def _card(_request: HttpRequest, _staff: Staff) -> dict[str, Any]:
    return {"books_verdict": verdict(last_check())}


def register() -> None:
    register_place(Place(url_name="staff-upkeep", text=gettext_lazy("Upkeep"), position=90, is_for=keeps_the_service))
    register_home_card(
        HomeCard(template="staff/upkeep_card.html", position=90, is_for=keeps_the_service, context=_card)
    )
