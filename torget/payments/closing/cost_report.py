"""What each member is invoiced for the service itself: the costs of a year and how each was split."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from torget.foundation.cooperations.models import Cooperation
from torget.foundation.core.money import Money, total
from torget.foundation.core.tables import Table, csv_bytes, xlsx_bytes
from torget.payments.closing.files import FileKind, section_table
from torget.payments.closing.models import SharedCost
from torget.payments.closing.pdf import report_pdf
from torget.payments.closing.report import Report, Section, in_order, member_names
from torget.payments.core.fixed_shares import explain_split

_KEYS: dict[SharedCost.Key, Promise] = {
    SharedCost.Key.COST_SHARE: gettext_lazy("By the key of the cooperation, such as the population"),
    SharedCost.Key.EQUAL: gettext_lazy("Equally"),
    SharedCost.Key.PAYMENTS: gettext_lazy("By the number of payments in the period"),
}

CSV_HEADINGS = (
    *("cooperation", "cost", "reverses", "entered_on", "description", "first_day", "last_day", "key"),
    *("member", "weight", "weight_total", "part"),
)


def key_words(key: str) -> str:
    return str(_KEYS[SharedCost.Key(key)])


def period_text(first: date, last: date) -> str:
    return f"{first.day}.{first.month}.{first.year}–{last.day}.{last.month}.{last.year}"


def costs_of_year(cooperation: Cooperation, year: int) -> list[SharedCost]:
    """By the end of the period, the oldest first; a reversal has the period of what it takes back."""
    return list(SharedCost.objects.filter(cooperation=cooperation, last_day__year=year).order_by("id"))


def years_with_costs(cooperation: Cooperation) -> list[int]:
    found = SharedCost.objects.filter(cooperation=cooperation).dates("last_day", "year", order="DESC")
    return [day.year for day in found]


def split_section(
    amount: Money, shares: Mapping[str, int], members: Mapping[str, str], *, name: str = "", caption: str = ""
) -> Section:
    """How an amount is split, so that anybody can follow it by hand."""
    split = explain_split(amount, shares)
    parts = {part.member: part for part in split.parts}
    return Section(
        name=name,
        caption=caption or _("Each member's part"),
        about=_(
            "Each part is rounded down to whole cents. What is left, %(count)d cents here, goes cent by cent to the "
            "members with the largest remainders."
        )
        % {"count": split.extra_cents},
        headings=[_("Municipality"), _("Key"), _("Rounded down"), _("Cent added"), _("Part")],
        rows=[
            [
                members.get(slug, slug),
                parts[slug].weight,
                parts[slug].rounded_down,
                (parts[slug].amount - parts[slug].rounded_down).cents,
                parts[slug].amount,
            ]
            for slug in in_order(parts, members)
        ],
        last=[
            _("In all"),
            split.weight_total,
            total([part.rounded_down for part in split.parts]),
            sum((part.amount - part.rounded_down).cents for part in split.parts),
            split.amount,
        ],
    )


def totals_section(costs: Sequence[SharedCost], members: Mapping[str, str]) -> Section:
    sums: dict[str, int] = {}
    for cost in costs:
        for slug, cents in cost.parts.items():
            sums[slug] = sums.get(slug, 0) + cents
    return Section(
        name=_("Invoices"),
        caption=_("To invoice"),
        headings=[_("Municipality"), _("Amount")],
        rows=[[members.get(slug, slug), Money(sums[slug])] for slug in in_order(sums, members)],
        last=[_("In all"), Money(sum(sums.values()))],
    )


def _cost_section(costs: Sequence[SharedCost]) -> Section:
    return Section(
        name=_("Costs"),
        caption=_("Costs"),
        headings=[_("What for"), _("Period"), _("Split"), _("Amount")],
        rows=[
            [
                (_("Taken back: %(why)s") if cost.reverses_id else "%(why)s") % {"why": cost.description},
                period_text(cost.first_day, cost.last_day),
                key_words(cost.key),
                Money(cost.amount_cents),
            ]
            for cost in costs
        ],
        last=[_("In all"), "", "", Money(sum(cost.amount_cents for cost in costs))],
    )


def cost_report(cooperation: Cooperation, year: int, language: str) -> Report:
    """The active translation must be that of the language. Costs that were taken back are in it with their reversal."""
    costs, members = costs_of_year(cooperation, year), member_names(language)
    splits = [
        split_section(
            Money(cost.amount_cents),
            cost.shares,
            members,
            name=_("Cost %(number)d") % {"number": cost.pk},
            caption=f"{cost.description}, {period_text(cost.first_day, cost.last_day)}",
        )
        for cost in costs
    ]
    return Report(
        title=_("%(cooperation)s, shared costs %(year)d") % {"cooperation": cooperation.name(language), "year": year},
        facts=[(_("Coordinator"), cooperation.coordinator.name(language))],
        sections=[totals_section(costs, members), _cost_section(costs), *splits],
    )


def _csv(cooperation: Cooperation, costs: Sequence[SharedCost]) -> bytes:
    rows = [
        [
            cooperation.slug,
            cost.pk,
            cost.reverses_id,
            cost.created_at.date(),
            cost.description,
            cost.first_day,
            cost.last_day,
            cost.key,
            slug,
            cost.shares[slug],
            sum(cost.shares.values()),
            Money(cents),
        ]
        for cost in costs
        for slug, cents in sorted(cost.parts.items())
    ]
    return csv_bytes(Table(name=cooperation.slug, headings=CSV_HEADINGS, rows=rows))


def cost_file(cooperation: Cooperation, year: int, kind: FileKind, language: str) -> bytes:
    """The invoice basis of a year that has costs; the same rows give the same bytes, for its time is the last one's."""
    costs = costs_of_year(cooperation, year)
    at = max(cost.created_at for cost in costs)
    if kind is FileKind.CSV:
        return _csv(cooperation, costs)
    with translation.override(language):
        report = cost_report(cooperation, year, language)
        if kind is FileKind.PDF:
            return report_pdf(report, language=language, at=at)
        return xlsx_bytes(map(section_table, report.sections), at=at)
