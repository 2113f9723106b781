"""One payment link on the desk's screen: its code, how it stands, a sheet to print, and taking it back."""

import io
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from torget.foundation.core.money import Money, total
from torget.foundation.design.site import make_site
from torget.foundation.people.models import Employee
from torget.foundation.staff.page import frame, show
from torget.foundation.staff.session import Staff
from torget.payments.checkout.merchants import load_merchants
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State
from torget.payments.core.links import LinkState, last_day
from torget.payments.fees.policy import load_configured
from torget.payments.links.models import PaymentLink
from torget.payments.links.revoke import revoke_link
from torget.payments.links.standing import Standing, standing
from torget.payments.web.links.desk import desk_page, find_link
from torget.payments.web.links.words import KINDS, kind_words, state_tag
from torget.payments.web.staff.visible import visible_payments
from torget.payments.web.staff.words import state_tag as payment_tag

CHECKS_MAX = 200
"""At three seconds each about ten minutes; then the screen waits for a reload, and the session may end."""

_OPEN = (LinkState.OPEN, LinkState.STARTED)


def link_address(link: PaymentLink) -> str:
    return settings.PUBLIC_URL + reverse("payment-link", args=[link.token])


def code_svg(text: str) -> bytes:
    """On white whatever the page's colours are: phones read dark on light. The quiet zone is four modules."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=6, border=4, light="#fff", xmldecl=False)
    return out.getvalue()


def _fees(link: PaymentLink) -> list[dict[str, Any]]:
    """By payee, each fee by its class: what was borrowed stands nowhere in a link."""
    texts = load_configured(library_system=link.patron.library_system, merchants=frozenset(load_merchants())).texts
    groups: dict[str, dict[str, Any]] = {}
    for one in link.fees.select_related("payee").order_by("position"):
        name = one.payee.name(get_language() or "fi")
        group = groups.setdefault(one.payee.slug, {"id": one.payee.slug, "name": name, "lines": []})
        group["lines"].append({"kind": kind_words(one.fee_kind, texts), "amount": Money(one.amount_cents)})
    return list(groups.values())


def _payments(staff: Staff, stands: Standing) -> list[dict[str, Any]]:
    """Those of the link's checkout; a link to each that this employee may see."""
    visible = set(visible_payments(staff.access).filter(pk__in=stands.payment_ids).values_list("pk", flat=True))
    return [
        {
            "id": one.pk if one.pk in visible else None,
            "reference": one.reference,
            "municipality": one.municipality.name(get_language() or "fi"),
            "amount": Money(one.amount_cents),
            "tag": payment_tag(State(one.state)),
            "is_registered": one.state == State.REGISTERED,
        }
        for one in Payment.objects.filter(pk__in=stands.payment_ids).select_related("municipality").order_by("position")
    ]


def _maker(link: PaymentLink) -> str:
    _kind, _colon, number = link.made_by.partition(":")
    found = Employee.objects.filter(pk=int(number)).first() if number.isdigit() else None
    return found.full_name if found else ""


def link_context(link: PaymentLink) -> dict[str, Any]:
    fees = _fees(link)
    return {
        "link": link,
        "fees": fees,
        "total": total([line["amount"] for group in fees for line in group["lines"]]),
        "address": link_address(link),
        "last_day": last_day(link.expires_at),
    }


@desk_page
@require_safe
def link(request: HttpRequest, staff: Staff, link_id: int) -> HttpResponse:
    found = find_link(staff, link_id, action="view payment link")
    stands = standing(found, timezone.now())
    payments = _payments(staff, stands)
    checks = min(int(request.GET["checks"]) if request.GET.get("checks", "").isdigit() else 0, CHECKS_MAX)
    is_settled = stands.state is LinkState.PAID and all(one["is_registered"] for one in payments)
    context = {
        "link": found,
        "state": stands.state,
        "tag": state_tag(stands.state),
        "payments": payments,
        "is_open": stands.state in _OPEN,
        "is_settled": is_settled,
        "checks": checks + 1,
        "keeps_asking": checks < CHECKS_MAX
        and (stands.state in _OPEN or (stands.state is LinkState.PAID and not is_settled)),
    }
    if getattr(request, "htmx", False):
        # Told once: afterwards the page has no code left to take away.
        has_just_closed = request.GET.get("was") == "open" and not context["is_open"]
        around = {**frame(request, staff), "has_just_closed": has_just_closed}
        return render(request, "staff/links/status.html", {**around, **context})
    kind = str(KINDS[PaymentLink.Kind(found.kind)])
    more = {"kind": kind, "maker": _maker(found), **link_context(found)}
    return show(request, staff, "links/one.html", {**context, **more})


@desk_page
@require_safe
def qr_code(_request: HttpRequest, staff: Staff, link_id: int) -> HttpResponse:
    found = find_link(staff, link_id, action="view payment link")
    return HttpResponse(code_svg(link_address(found)), content_type="image/svg+xml")


@desk_page
@require_safe
def sheet(request: HttpRequest, staff: Staff, link_id: int) -> HttpResponse:
    """To print and to fold into an envelope, in the language of the letter."""
    found = find_link(staff, link_id, action="print payment link")
    owner = found.municipality
    with override(found.language):
        site = make_site(owner.slug, owner.name(found.language), owner.theme) if owner else None
        context = {**frame(request, staff), **link_context(found), "navigation": [], **({"site": site} if site else {})}
        return render(request, "staff/links/sheet.html", context)


@desk_page
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, staff: Staff, link_id: int) -> HttpResponse:
    """A link leads here and asks; only a POST revokes."""
    found = find_link(staff, link_id, action="revoke payment link")
    if request.method != "POST":
        return show(request, staff, "links/revoke.html", link_context(found))
    if standing(found, timezone.now()).state is LinkState.PAID:
        messages.warning(request, _("The link is paid already, so there is nothing to revoke."))
    elif revoke_link(link_id=found.pk, actor=staff.actor, now=timezone.now()):
        messages.success(request, _("The link is revoked. Nobody can begin to pay by it any more."))
    return HttpResponseRedirect(reverse("staff-link", args=[link_id]))
