"""Whether the books hold: the result of the latest check over all rows, green or red, rule by rule."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from torget.foundation.design.page import Tag, TagColour
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.invariants.models import InvariantResult, InvariantRun
from torget.payments.invariants.tasks import check_now
from torget.payments.web.upkeep.entry import count_text, upkeep_page

RULE_WORDS: dict[str, Promise] = {
    "entry_balances": gettext_lazy("Every entry in the books balances"),
    "entry_is_whole": gettext_lazy("Every entry has its postings, and every posting its entry"),
    "lines_sum": gettext_lazy("The fees of a payment sum to what was paid"),
    "refunds_fit": gettext_lazy("Refunds never exceed what was paid, and agree with the fees"),
    "state_agrees": gettext_lazy("Every payment's state agrees with the books"),
    "entry_has_its_payment": gettext_lazy("Every entry of the last years has its payment"),
    "events_chain": gettext_lazy("The events of a payment follow each other without a gap"),
    "fee_open_once": gettext_lazy("A fee is in one open payment only"),
    "held_by_the_living": gettext_lazy("Only a payment that is not over holds a fee"),
    "nothing_stands_still": gettext_lazy("Every payment is over, waits for its time, or waits for a person"),
    "entry_finds_its_month": gettext_lazy("No entry lies between the closed months, where no close would find it"),
    "closed_months": gettext_lazy("Closed months are as they were closed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    words: str
    tag: Tag
    seconds: float
    examples: tuple[Example, ...]


def _example(about: str) -> Example:
    kind, _colon, rest = about.partition(":")
    url = reverse("staff-payment", args=[int(rest)]) if kind == "payment" and rest.isdecimal() else ""
    return Example(text=about, url=url)


def _row(result: InvariantResult) -> RuleRow:
    number = result.violations
    return RuleRow(
        words=str(RULE_WORDS.get(result.rule, result.rule)),
        tag=Tag(text=_("%(number)s broken") % {"number": count_text(number)}, colour=TagColour.RED)
        if number
        else Tag(text=_("Holds"), colour=TagColour.GREEN),
        seconds=result.milliseconds / 1000,
        examples=tuple(_example(about) for about in result.examples),
    )


def last_check() -> InvariantRun | None:
    return InvariantRun.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk").first()


def verdict(run: InvariantRun | None) -> Tag:
    if run is None:
        return Tag(text=_("Not checked yet"), colour=TagColour.GREY)
    if run.results.filter(violations__gt=0).exists():
        return Tag(text=_("The books do not hold"), colour=TagColour.RED)
    return Tag(text=_("The books hold"), colour=TagColour.GREEN)


def _context() -> dict[str, Any]:
    run = last_check()
    context: dict[str, Any] = {"run": run, "verdict": verdict(run), "rules": []}
    if run is not None and run.finished_at is not None:
        results = list(run.results.order_by("pk"))
        context |= {
            "rules": [_row(one) for one in results],
            "payments": count_text(run.payments),
            "entries": count_text(run.entries),
            "seconds": (run.finished_at - run.started_at).total_seconds(),
            "is_broken": any(one.violations for one in results),
        }
    return context


@upkeep_page
@require_safe
def invariants(request: HttpRequest, staff: Staff) -> HttpResponse:
    return show(request, staff, "invariants.html", _context())


@upkeep_page
@require_POST
def check_again(request: HttpRequest, staff: Staff) -> HttpResponse:
    try:
        check_now.defer(actor=staff.actor)
    except AlreadyEnqueued:
        messages.info(request, _("The books are being checked already. Open the page again in a moment."))
    else:
        messages.success(request, _("The books are being checked. Open the page again in a moment."))
    return HttpResponseRedirect(reverse("staff-invariants"))
