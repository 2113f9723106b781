"""The panels of the page of figures: each a chart, the same as a table, and what exactly was counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell, Table
from torget.foundation.design.charts.across import BarRow, bars_across
from torget.foundation.design.charts.drawing import SERIES_MAX, Chart, Series
from torget.foundation.design.charts.over_time import columns_over_time, lines_over_time
from torget.foundation.design.templatetags.torget_format import euros, percent_text, span_text, whole_euros
from torget.payments.web.books import figures
from torget.payments.web.books.figures import NO_TIMES, Completed, Income, Times
from torget.payments.web.books.period import Bucket, Period, Step
from torget.payments.web.books.words import long_bucket, short_bucket

_ROWS_DRAWN_MAX = 8


def address(name: str, slug: str, period: str) -> str:
    """A page of the figures, for a municipality or all, and a period."""
    query = {"municipality": slug, "period": period} if slug else {"period": period}
    return f"{reverse(name)}?{urlencode(query)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the figures are about: municipalities, in the order of the alphabet, and the time."""

    names: dict[int, str]
    slugs: dict[int, str]
    slug: str
    """Of the one municipality that was chosen; empty for all that may be seen."""
    period: Period

    @property
    def ids(self) -> list[int]:
        return list(self.names)

    @property
    def step(self) -> Step:
        return self.period.step

    @property
    def buckets(self) -> list[Bucket]:
        return self.period.buckets(self.step)

    def start_of(self, bucket: Bucket) -> date:
        """The day by which the queries call a week or month."""
        return self.period.start_of(bucket.first, self.step)

    @property
    def step_heading(self) -> str:
        return _("Week") if self.step is Step.WEEK else _("Month")

    def link(self, name: str, bucket: Bucket) -> str:
        """To the payments of a week or month, on the page of this name."""
        return address(name, self.slug, f"{bucket.first}..{bucket.last}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    key: str
    title: str
    counted: str
    """What is counted and what is not."""
    chart: Chart
    table: Table
    links: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One of the few that stand large on top."""

    text: str
    value: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    numbers: Sequence[Number]
    income: Panel
    others: Sequence[Panel]

    @property
    def panels(self) -> list[Panel]:
        return [self.income, *self.others]


def _income_series(scope: Scope, found: dict[int, dict[date, Income]]) -> list[Series]:
    """The largest municipalities each, and the rest together, because more colours nobody can tell apart."""

    def cents(ids: Sequence[int]) -> list[int]:
        starts = [scope.start_of(bucket) for bucket in scope.buckets]
        return [sum(found.get(id_, {}).get(start, Income()).gross for id_ in ids) for start in starts]

    totals = {id_: sum(abs(one.gross) for one in found.get(id_, {}).values()) for id_ in scope.ids}
    largest = sorted((id_ for id_ in scope.ids if totals[id_]), key=lambda id_: -totals[id_])
    alone = largest if len(largest) <= SERIES_MAX else largest[: SERIES_MAX - 1]
    series = [Series(name=scope.names[id_], values=cents([id_])) for id_ in alone]
    rest = largest[len(alone) :]
    return [*series, Series(name=_("The others"), values=cents(rest))] if rest else series


def income_panel(scope: Scope, found: dict[int, dict[date, Income]]) -> Panel:
    title = _("Income by week") if scope.step is Step.WEEK else _("Income by month")
    counted = _(
        "From the books: fees that became registered in the library system, less fees that were paid back, VAT "
        "included. A fee belongs to the day it was registered."
    )
    labels = [short_bucket(bucket, scope.step) for bucket in scope.buckets]
    rows: list[list[Cell]] = []
    for bucket in scope.buckets:
        start = scope.start_of(bucket)
        cells = [found.get(id_, {}).get(start, Income()).gross for id_ in scope.ids]
        row: list[Cell] = [long_bucket(bucket, scope.step), *(Money(cell) for cell in cells)]
        rows.append([*row, Money(sum(cells))] if len(cells) > 1 else row)
    sums = [sum(one.gross for one in found.get(id_, {}).values()) for id_ in scope.ids]
    totals: list[Cell] = [_("Together"), *(Money(cents) for cents in sums)]
    is_many = len(scope.ids) > 1
    return Panel(
        key="income",
        title=title,
        counted=counted,
        chart=columns_over_time(
            id_="income",
            title=title,
            description=_("%(sum)s in all. %(what)s") % {"sum": euros(Money(sum(sums))), "what": counted},
            labels=labels,
            series=_income_series(scope, found),
            value_text=lambda cents: euros(Money(cents)),
            axis_text=whole_euros,
            unit=100,
        ),
        table=Table(
            name=title,
            headings=[scope.step_heading, *scope.names.values(), *([_("Together")] if is_many else [])],
            rows=rows,
            totals=[*totals, Money(sum(sums))] if is_many else totals,
        ),
        links=[scope.link("staff-figures-entries", bucket) for bucket in scope.buckets],
    )


def municipalities_panel(scope: Scope, found: dict[int, dict[date, Income]]) -> Panel:
    title = _("Income by municipality")
    counted = _(
        "The same income, by whose books it stands in. What was collected for other members is theirs and goes to them."
    )
    sums = {id_: sum(found.get(id_, {}).values(), Income()) for id_ in scope.ids}
    drawn = sorted((id_ for id_ in scope.ids if sums[id_].gross > 0), key=lambda id_: -sums[id_].gross)
    whole = sum(sums.values(), Income())

    def cells(one: Income) -> list[Cell]:
        # Paid back is a negative part of the income; here it stands as an amount of its own.
        parts = (one.gross, one.net, one.vat, one.for_others, -one.refunded)
        return [Money(part) for part in parts]

    return Panel(
        key="municipalities",
        title=title,
        counted=counted,
        chart=bars_across(
            id_="municipalities",
            title=title,
            description=counted,
            names=[title],
            rows=[BarRow(label=scope.names[id_], values=[sums[id_].gross]) for id_ in drawn],
            value_text=lambda cents: euros(Money(cents)),
        ),
        table=Table(
            name=title,
            headings=[
                _("Municipality"),
                _("Income, VAT included"),
                _("Of which own, without VAT"),
                _("VAT"),
                _("For other members"),
                _("Paid back (already taken off)"),
            ],
            rows=[[name, *cells(sums[id_])] for id_, name in scope.names.items()],
            totals=[_("Together"), *cells(whole)] if len(scope.ids) > 1 else (),
        ),
        links=[address("staff-figures-entries", slug, scope.period.key) for slug in scope.slugs.values()],
    )


def _share(part: int, whole: int) -> Decimal | None:
    """In percent with one decimal; unknown when there is nothing to have a share of."""
    return (Decimal(part * 1000) / whole).quantize(Decimal(1)).scaleb(-1) if whole else None


def completed_panel(scope: Scope, found: dict[date, Completed]) -> Panel:
    title = _("Share paid online, of what people set out to pay here")
    counted = _(
        "Of the euros that people chose to pay in Torget: how much they also paid, each fee counted once. What people "
        "pay at the desk without coming here is not in these figures: the library system tells Torget about one "
        "patron's open fees and never about all that was paid, so the share of all library fees cannot be known from "
        "here."
    )
    none = Completed(fees=0, paid_fees=0, cents=0, paid_cents=0)
    by_bucket = [found.get(scope.start_of(bucket), none) for bucket in scope.buckets]

    def cells(one: Completed) -> list[Cell]:
        return [one.fees, one.paid_fees, Money(one.cents), Money(one.paid_cents), _share(one.paid_cents, one.cents)]

    shares = [_share(one.paid_cents, one.cents) for one in by_bucket]
    whole = Completed(
        fees=sum(one.fees for one in by_bucket),
        paid_fees=sum(one.paid_fees for one in by_bucket),
        cents=sum(one.cents for one in by_bucket),
        paid_cents=sum(one.paid_cents for one in by_bucket),
    )
    return Panel(
        key="online",
        title=title,
        counted=counted,
        chart=lines_over_time(
            id_="online",
            title=title,
            description=counted,
            labels=[short_bucket(bucket, scope.step) for bucket in scope.buckets],
            # In tenths of a percent, because a chart takes whole numbers.
            series=[Series(name=title, values=[None if one is None else int(one * 10) for one in shares])],
            value_text=lambda tenths: percent_text(Decimal(tenths) / 10),
            axis_text=lambda tenths: percent_text(tenths // 10),
            unit=10,
            at_least=1000,
        ),
        table=Table(
            name=title,
            headings=[
                scope.step_heading,
                _("Fees chosen"),
                _("Fees paid"),
                _("Euros chosen"),
                _("Euros paid"),
                _("Share of the euros, %"),
            ],
            rows=[
                [long_bucket(bucket, scope.step), *cells(one)]
                for bucket, one in zip(scope.buckets, by_bucket, strict=True)
            ],
            totals=[_("Together"), *cells(whole)],
        ),
    )


def times_panel(scope: Scope, found: dict[date | None, Times]) -> Panel:
    title = _("From paid to registered")
    counted = _(
        "From the moment the payment service told us that a payment was paid until the library system had it, by the "
        "day of payment. Half were faster than the median; 19 of 20 were at least as fast as the slow end. The chart "
        "shows the newest %(count)d rows of the table."
    ) % {"count": _ROWS_DRAWN_MAX}
    by_bucket = [(bucket, found.get(scope.start_of(bucket), NO_TIMES)) for bucket in scope.buckets]
    drawn = [(bucket, one) for bucket, one in by_bucket if one.registered][-_ROWS_DRAWN_MAX:]
    names = [_("Median"), _("Slow end (95 %)")]

    def cells(one: Times) -> list[Cell]:
        return [one.paid, one.registered, one.median, one.slow]

    def seconds(span: timedelta | None) -> int | None:
        return None if span is None else round(span.total_seconds())

    return Panel(
        key="times",
        title=title,
        counted=counted,
        chart=bars_across(
            id_="times",
            title=title,
            description=counted,
            names=names,
            rows=[
                BarRow(label=short_bucket(bucket, scope.step), values=[seconds(one.median), seconds(one.slow)])
                for bucket, one in drawn
            ],
            value_text=lambda count: span_text(timedelta(seconds=count)),
        ),
        table=Table(
            name=title,
            headings=[scope.step_heading, _("Payments taken"), _("Of which registered"), *names],
            rows=[[long_bucket(bucket, scope.step), *cells(one)] for bucket, one in by_bucket],
            totals=[_("Together"), *cells(found.get(None, NO_TIMES))],
        ),
        links=[scope.link("staff-figures-slowest", bucket) for bucket in scope.buckets],
    )


def board_of(scope: Scope, waiting: Panel, waiting_count: int) -> Board:
    """The page: what is about the period, and beside it what waits now, whatever the period."""
    ids, period, step = scope.ids, scope.period, scope.step
    income = figures.income(ids, period, step)
    times = figures.times_to_register(ids, period, step)
    whole = times.get(None, NO_TIMES)
    gross = sum(one.gross for by_start in income.values() for one in by_start.values())
    online = completed_panel(scope, figures.completed(ids, period, step))
    many = [municipalities_panel(scope, income)] if len(ids) > 1 else []
    return Board(
        numbers=[
            Number(text=_("Income, VAT included"), value=Money(gross)),
            Number(text=_("Payments taken"), value=whole.paid),
            Number(text=_("From paid to registered, median"), value=whole.median),
            Number(text=_("Waits for a human now"), value=waiting_count),
        ],
        income=income_panel(scope, income),
        others=[waiting, online, times_panel(scope, times), *many],
    )
