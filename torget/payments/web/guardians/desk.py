"""What a library desk sees of guardians: which children's cards of its municipality are linked, and how to end it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.foundation.staff.page import show
from torget.foundation.staff.places import Place, register_place
from torget.foundation.staff.session import Staff, note_refusal, staff_page
from torget.payments.guardians.end_link import end_link
from torget.payments.guardians.models import GuardianLink

_PAGE_ROWS = 25


def _works_at_a_desk(access: Access) -> bool:
    return bool(access.desk)


def _links_of_desk(access: Access) -> QuerySet[GuardianLink]:
    return GuardianLink.objects.filter(municipality__in=sorted(access.desk))


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The newest first; a child's card can be looked for by its whole number, which stands in no address."""
    if not _works_at_a_desk(staff.access):
        note_refusal(staff, action="view guardians", subject="page:staff-guardians")
        raise Http404
    card = request.POST.get("card", "").replace(" ", "")
    found = _links_of_desk(staff.access).order_by("-linked_at", "-pk")
    if card:
        found = found.filter(card_number=card)
    page = Paginator(found, _PAGE_ROWS).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    detail = {"links": [row.pk for row in rows]}
    record(at=timezone.now(), actor=staff.actor, action="view guardians", subject="guardian-links", detail=detail)
    context = {"page": page, "rows": rows, "card": card, "today": timezone.localdate()}
    return show(request, staff, "guardians/links.html", context)


@staff_page
@require_POST
def end(request: HttpRequest, staff: Staff, link_id: int) -> HttpResponse:
    link = _links_of_desk(staff.access).filter(pk=link_id).first()
    if link is None:
        note_refusal(staff, action="end link to child's card", subject=f"guardian-link:{link_id}")
        raise Http404
    if end_link(link=link, actor=staff.actor, at=timezone.now()):
        messages.success(request, _("The link is ended. The guardian does not see the card any more."))
    return HttpResponseRedirect(reverse("staff-guardians"))


def register() -> None:
    register_place(
        Place(url_name="staff-guardians", text=gettext_lazy("Guardians"), position=34, is_for=_works_at_a_desk)
    )
