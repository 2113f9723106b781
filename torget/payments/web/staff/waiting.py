"""What waits for a human, by reason and by how long: for the first page, the work list and the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Expression, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.foundation.design.charts.across import BarRow, bars_across
from torget.foundation.design.charts.drawing import Chart
from torget.foundation.design.templatetags.torget_format import number_text
from torget.foundation.people.access import Access
from torget.payments.checkout.proposals import proposals_within
from torget.payments.core.checkout import State
from torget.payments.settlement.findings import open_findings
from torget.payments.web.staff.reversals import fees_to_raise
from torget.payments.web.staff.visible import needing_a_human
from torget.payments.web.staff.words import UNDECIDED, reason_words

_AMOUNT = F("amount_cents")
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    text: str
    url: str
    counts: Sequence[int]
    """Under a day, a day to a week, over a week."""
    cents: int
    oldest: datetime

    @property
    def count(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatWaits:
    chart: Chart
    table: Table
    links: Sequence[str]
    count: int


def _by_age(since: str, now: datetime) -> dict[str, Count]:
    young, old = Q(**{f"{since}__gt": now - _DAY}), Q(**{f"{since}__lte": now - _WEEK})
    return {
        "young": Count("pk", filter=young),
        "middle": Count("pk", filter=~young & ~old),
        "old": Count("pk", filter=old),
    }


def _work_list(**query: str) -> str:
    asked = urlencode({name: value for name, value in query.items() if value})
    return reverse("staff-work-list") + (f"?{asked}" if asked else "")


def _together(
    rows: QuerySet[Any],
    *,
    now: datetime,
    text: str,
    url: str,
    since: str = "created_at",
    cents: Expression | F = _AMOUNT,
) -> list[Waiting]:
    """A kind of work with no reasons of its own."""
    sums = rows.order_by().aggregate(**_by_age(since, now), cents=Sum(cents), oldest=Min(since))
    counts = (sums["young"], sums["middle"], sums["old"])
    if not any(counts):
        return []
    return [Waiting(text=text, url=url, counts=counts, cents=sums["cents"], oldest=sums["oldest"])]


def waiting_rows(access: Access, now: datetime, *, slug: str = "", municipality_id: int | None = None) -> list[Waiting]:
    """The most urgent kinds of work first: those that most wait for."""
    payments, fees, proposals = needing_a_human(access, now), fees_to_raise(access), proposals_within(access)
    findings = open_findings(access)
    if municipality_id is not None:
        findings = findings.filter(municipality=municipality_id)
        payments = payments.filter(municipality=municipality_id)
        fees = fees.filter(refund__payment__municipality=municipality_id)
        proposals = proposals.filter(payment__municipality=municipality_id)
    reason = Case(When(state=State.ATTENTION, then=F("attention_reason")), default=Value(UNDECIDED))
    grouped: Any = payments.order_by().values(reason=reason)
    rows = [
        Waiting(
            text=reason_words(row["reason"]),
            url=_work_list(municipality=slug, reason=row["reason"]),
            counts=(row["young"], row["middle"], row["old"]),
            cents=row["cents"],
            oldest=row["oldest"],
        )
        for row in grouped.annotate(**_by_age("changed_at", now), cents=Sum("amount_cents"), oldest=Min("changed_at"))
    ]
    there = _work_list(municipality=slug)
    rows += _together(proposals, now=now, text=_("Refunds to decide"), url=f"{there}#to-decide")
    rows += _together(
        findings,
        now=now,
        text=_("Findings of the reconciliation"),
        url=f"{there}#findings",
        since="first_seen_at",
        cents=Coalesce("reported_cents", "expected_cents"),
    )
    rows += _together(fees, now=now, text=_("Fees to raise again at the desk"), url=f"{there}#to-raise")
    return sorted(rows, key=lambda row: (-row.count, row.text))


def what_waits(access: Access, now: datetime, *, slug: str = "", municipality_id: int | None = None) -> WhatWaits:
    rows = waiting_rows(access, now, slug=slug, municipality_id=municipality_id)
    ages = [_("Under a day"), _("One to seven days"), _("Over a week")]
    title = _("What waits for a human")
    table_rows: list[list[Cell]] = [[row.text, *row.counts, row.count, Money(row.cents), row.oldest] for row in rows]
    sums = [sum(row.counts[place] for row in rows) for place in range(len(ages))]
    count = sum(sums)
    return WhatWaits(
        chart=bars_across(
            id_="waiting",
            title=title,
            description=_("%(count)d in all, by reason and by how long they have waited.") % {"count": count},
            names=ages,
            rows=[BarRow(label=row.text, values=row.counts) for row in rows],
            value_text=number_text,
            is_stacked=True,
        ),
        table=Table(
            name=title,
            headings=[_("Reason"), *ages, _("Together"), _("Euros"), _("Oldest since")],
            rows=table_rows,
            totals=[_("Together"), *sums, count, Money(sum(row.cents for row in rows)), None] if rows else (),
        ),
        links=[row.url for row in rows],
        count=count,
    )
