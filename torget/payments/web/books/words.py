"""How weeks, months and periods are written."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from torget.foundation.design.templatetags.torget_format import day_text
from torget.payments.core.months import Month
from torget.payments.web.books.period import LAST_WEEKS, Bucket, Period, Step


def short_bucket(bucket: Bucket, step: Step) -> str:
    """Under a bar: 'v. 47' or '11/26'."""
    if step is Step.WEEK:
        return _("wk %(week)d") % {"week": bucket.first.isocalendar().week}
    return f"{bucket.first.month}/{bucket.first.year % 100:02d}"


def long_bucket(bucket: Bucket, step: Step) -> str:
    """In a table: with its days."""
    if step is Step.WEEK:
        span = day_span(bucket.first, bucket.last)
        return _("Week %(week)d, %(days)s") % {"week": bucket.first.isocalendar().week, "days": span}
    return month_text(Month(bucket.first.year, bucket.first.month))


def day_span(first: date, last: date) -> str:
    """'16.–22.11.2026', and as much more as is needed."""
    if first == last:
        return day_text(last)
    start = f"{first.day}."
    if (first.year, first.month) != (last.year, last.month):
        start += f"{first.month}."
    if first.year != last.year:
        start += str(first.year)
    return f"{start}–{day_text(last)}"


def month_text(month: Month) -> str:
    text = date_format(month.first_day, "F Y")
    return text[:1].upper() + text[1:]


def last_weeks_text(count: int) -> str:
    return ngettext("Last %(count)d week", "Last %(count)d weeks", count) % {"count": count}


def period_text(period: Period) -> str:
    """What the period is called in a heading, always with its days."""
    days = day_span(period.first, period.last)
    if period.key in {f"{count}w" for count in LAST_WEEKS}:
        return f"{last_weeks_text(int(period.key.removesuffix('w')))} ({days})"
    return days
