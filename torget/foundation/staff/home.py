"""The first page after the sign-in: what each part has for this employee right now."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from torget.foundation.staff.page import show
from torget.foundation.staff.places import home_cards_for
from torget.foundation.staff.session import Staff, staff_page


@staff_page
@require_safe
def home(request: HttpRequest, staff: Staff) -> HttpResponse:
    cards = home_cards_for(staff.access)
    context = {name: value for card in cards for name, value in card.context(request, staff).items()}
    return show(request, staff, "home.html", {**context, "cards": [card.template for card in cards]})
