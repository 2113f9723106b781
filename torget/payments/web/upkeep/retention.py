"""The retention policy as people read it: what is kept how long and why, what the last run did, what comes next."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from torget.foundation.core.languages import in_language
from torget.foundation.core.retention import Handling, Period, Unit
from torget.foundation.design.page import Tag, TagColour
from torget.foundation.design.templatetags.torget_format import NO_BREAK_SPACE
from torget.foundation.retention.models import RetentionRun
from torget.foundation.retention.policy import policy
from torget.foundation.retention.tasks import count_for_page
from torget.foundation.staff.page import show
from torget.foundation.staff.session import Staff
from torget.payments.web.upkeep.entry import count_text, upkeep_page


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    what: str
    kept: str
    counted_from: str
    basis: str
    tag: Tag
    done: str
    """Rows of the last run; empty before the first, and where nothing goes by itself."""
    due: str


def period_words(period: Period) -> str:
    if period.number == 0:
        return _("no time")
    if period.unit is Unit.DAYS:
        text = ngettext("%(number)d day", "%(number)d days", period.number)
    elif period.unit is Unit.YEARS:
        text = ngettext("%(number)d year", "%(number)d years", period.number)
    else:
        text = ngettext("%(number)d calendar year", "%(number)d calendar years", period.number)
    return (text % {"number": period.number}).replace(" ", NO_BREAK_SPACE)


def handling_tag(handling: Handling) -> Tag:
    return {
        Handling.REMOVE: Tag(text=_("Removed"), colour=TagColour.BLUE),
        Handling.PSEUDONYMISE: Tag(text=_("Pseudonymised"), colour=TagColour.YELLOW),
        Handling.KEEP: Tag(text=_("Kept"), colour=TagColour.GREY),
    }[handling]


def last_run(*, is_trial: bool) -> RetentionRun | None:
    return RetentionRun.objects.filter(is_trial=is_trial).order_by("-started_at", "-pk").first()


def _rows_of(run: RetentionRun | None) -> dict[str, int]:
    return dict(run.results.values_list("rule", "rows")) if run else {}


def rule_rows(language: str, done: dict[str, int], due: dict[str, int]) -> list[RuleRow]:
    return [
        RuleRow(
            what=in_language(rule.what, language),
            kept=period_words(rule.period),
            counted_from=in_language(rule.counted_from, language),
            basis=in_language(rule.basis, language),
            tag=handling_tag(rule.handling),
            done=count_text(done[rule.code]) if rule.code in done and rule.handling is not Handling.KEEP else "",
            due=count_text(due[rule.code]) if rule.code in due and rule.handling is not Handling.KEEP else "",
        )
        for rule in policy()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    at: datetime
    rows: str
    is_finished: bool


def run_row(run: RetentionRun | None) -> RunRow | None:
    if run is None:
        return None
    return RunRow(
        at=run.started_at, rows=count_text(sum(_rows_of(run).values())), is_finished=run.finished_at is not None
    )


@upkeep_page
@require_safe
def retention(request: HttpRequest, staff: Staff) -> HttpResponse:
    run, trial = last_run(is_trial=False), last_run(is_trial=True)
    context = {
        "rules": rule_rows(get_language() or "fi", _rows_of(run), _rows_of(trial)),
        "run": run_row(run),
        "trial": run_row(trial),
    }
    return show(request, staff, "retention.html", context)


@upkeep_page
@require_POST
def count_again(request: HttpRequest, staff: Staff) -> HttpResponse:
    try:
        count_for_page.defer(actor=staff.actor)
    except AlreadyEnqueued:
        messages.info(request, _("The rows are being counted already. Open the page again in a moment."))
    else:
        messages.success(request, _("The rows are being counted. Open the page again in a moment."))
    return HttpResponseRedirect(reverse("staff-retention"))
