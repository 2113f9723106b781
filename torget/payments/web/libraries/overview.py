"""The library systems that this installation speaks to, and what each of them can do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from torget.foundation.design.page import Tag, TagColour
from torget.foundation.staff.page import show
from torget.foundation.staff.places import Place, register_place
from torget.foundation.staff.session import Staff
from torget.payments.core.cards import FindsPatrons
from torget.payments.core.ports import LibraryCapabilities, LibrarySystemError
from torget.payments.fees.deadline import ask
from torget.payments.fees.library_systems import library_system
from torget.payments.web.upkeep.entry import keeps_the_service, upkeep_page


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRow:
    name: str
    kind: str
    tag: Tag
    abilities: tuple[str, ...]


def _look(name: str) -> tuple[LibraryCapabilities, bool]:
    """What the library system can do, and whether it finds a patron by the card alone."""
    connector = library_system(name)
    return connector.capabilities, isinstance(connector, FindsPatrons)


def _abilities(can: LibraryCapabilities, *, finds_patrons: bool) -> tuple[str, ...]:
    return (
        _("Fees are shown one by one") if can.has_fee_details else _("Only the total is known"),
        _("Patrons choose which fees they pay") if can.can_choose_fees else _("Everything is paid at once"),
        _("A payment whose answer was lost is found by our reference")
        if can.can_find_registration
        else _("A payment whose answer was lost is judged by how the account changed"),
        _("Fees are found by the card alone, for links, reminders and other programs")
        if finds_patrons
        else _("Nothing is told of a card without its PIN: no links, no reminders, no other programs"),
    )


def _row(name: str, kind: str, answer: Callable[[], tuple[LibraryCapabilities, bool]]) -> SystemRow:
    try:
        can, finds_patrons = answer()
    except LibrarySystemError:
        tag = Tag(text=_("Does not answer"), colour=TagColour.RED)
        return SystemRow(name=name, kind=kind, tag=tag, abilities=())
    return SystemRow(
        name=name,
        kind=kind,
        tag=Tag(text=_("Ready"), colour=TagColour.GREEN),
        abilities=_abilities(can, finds_patrons=finds_patrons),
    )


@upkeep_page
@require_safe
def overview(request: HttpRequest, staff: Staff) -> HttpResponse:
    """All are asked at once, so that one that is down does not make the page wait for each of the others."""
    asked = [(name, chosen["kind"], ask(partial(_look, name))) for name, chosen in settings.LIBRARY_SYSTEMS.items()]
    return show(request, staff, "libraries/overview.html", {"systems": [_row(*one) for one in asked]})


def register() -> None:
    register_place(
        Place(url_name="staff-libraries", text=gettext_lazy("Library systems"), position=91, is_for=keeps_the_service)
    )
