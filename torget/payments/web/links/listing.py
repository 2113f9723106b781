"""The links that a desk has made, with how each of them stands."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from torget.foundation.core.money import Money
from torget.foundation.design.page import Tag
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.core.links import last_day
from torget.payments.links.models import LinkFee, PaymentLink
from torget.payments.links.standing import standings
from torget.payments.web.links.desk import desk_page, links_of_desk
from torget.payments.web.links.words import KINDS, state_tag

_PAGE_ROWS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    link: PaymentLink
    kind: str
    amount: Money
    fee_count: int
    municipality: str
    last_day: object
    tag: Tag


@desk_page
@require_safe
def links(request: HttpRequest, staff: Staff) -> HttpResponse:
    found = links_of_desk(staff.access).order_by("-made_at")
    page = Paginator(found, _PAGE_ROWS).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    stands = standings(shown, timezone.now())
    stated = {
        link_id: (cents, count)
        for link_id, cents, count in LinkFee.objects.filter(link__in=[one.pk for one in shown])
        .values_list("link")
        .annotate(Sum("amount_cents"), Count("pk"))
    }
    rows = [
        LinkRow(
            link=one,
            kind=str(KINDS[PaymentLink.Kind(one.kind)]),
            amount=Money(stated[one.pk][0]),
            fee_count=stated[one.pk][1],
            municipality=one.municipality.name(get_language() or "fi") if one.municipality else "",
            last_day=last_day(one.expires_at),
            tag=state_tag(stands[one.pk].state),
        )
        for one in shown
    ]
    return show(request, staff, "links/list.html", {"rows": rows, "page": page})
