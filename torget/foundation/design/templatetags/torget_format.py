"""Amounts and times the way Finland writes them, in the language of the page."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from torget.foundation.core.languages import Language
from torget.foundation.core.money import Money
from torget.foundation.core.tables import Cell

register = template.Library()

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"


def _language() -> str:
    return (get_language() or Language.FINNISH).partition("-")[0]


@register.filter
def euros(amount: Money) -> str:
    """'1 240,50 €' in Swedish and Finnish, '€1,240.50' in English; never breaks over two lines."""
    whole, cents = divmod(abs(amount.cents), 100)
    sign = MINUS if amount.cents < 0 else ""
    if _language() == Language.ENGLISH:
        return f"{sign}€{whole:,}.{cents:02d}"
    grouped = f"{whole:,}".replace(",", NO_BREAK_SPACE)
    return f"{sign}{grouped},{cents:02d}{NO_BREAK_SPACE}€"


def number_text(value: int | Decimal) -> str:
    """'1 240' or '12,5' in Swedish and Finnish, '1,240' and '12.5' in English."""
    text = f"{abs(value):,}"
    if _language() != Language.ENGLISH:
        text = text.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return f"{MINUS}{text}" if value < 0 else text


def whole_euros(cents: int) -> str:
    """For the axis of a chart, whose lines stand at whole euros."""
    text = number_text(abs(cents) // 100)
    sign = MINUS if cents < 0 else ""
    return f"{sign}€{text}" if _language() == Language.ENGLISH else f"{sign}{text}{NO_BREAK_SPACE}€"


def percent_text(value: int | Decimal) -> str:
    """'12,5 %' in Swedish and Finnish, '12.5%' in English."""
    return number_text(value) + ("%" if _language() == Language.ENGLISH else f"{NO_BREAK_SPACE}%")


def span_text(span: timedelta) -> str:
    """How long something took, in the two largest units: '12 s', '3 min 20 s', '2 h 5 min', '3 d 4 h'."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    for large, small, parts, text in (
        (60, 1, 60, _("%(large)d min %(small)d s")),
        (3600, 60, 24, _("%(large)d h %(small)d min")),
        (86400, 3600, None, _("%(large)d d %(small)d h")),
    ):
        if parts is None or seconds < large * parts:
            return text % {"large": seconds // large, "small": seconds % large // small}
    raise AssertionError(seconds)


@register.filter
def cell_text(cell: Cell) -> str:
    """A cell of a table as the page shows it; what is unknown or empty is a dash."""
    if cell is None:
        return "–"
    if isinstance(cell, Money):
        return euros(cell)
    if isinstance(cell, timedelta):
        return span_text(cell)
    if isinstance(cell, date):
        return day_or_moment(cell)
    return cell if isinstance(cell, str) else number_text(cell)


@register.filter
def is_number(cell: Cell) -> bool:
    return isinstance(cell, (int, Decimal, Money, timedelta))


@register.filter
def day_text(value: date) -> str:
    """'24.11.2026', without an element, for texts and titles."""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return f"{local.day}.{local.month}.{local.year}"


@register.filter
def day(value: date) -> SafeString:
    """A date as a time element: machines read ISO 8601, people read 24.11.2026."""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    iso = local.date().isoformat() if isinstance(local, datetime) else local.isoformat()
    return format_html('<time datetime="{}">{}</time>', iso, day_text(local))


@register.filter
def moment(value: datetime) -> SafeString:
    """A date and a clock time as a time element, in the local time of the page."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    between, mark = {
        Language.SWEDISH.value: ("kl.", "."),
        Language.FINNISH.value: ("klo", "."),
    }.get(_language(), ("at", ":"))
    clock = f"{between}{NO_BREAK_SPACE}{local.hour}{mark}{local.minute:02d}"
    return format_html('<time datetime="{}">{} {}</time>', local.isoformat(timespec="minutes"), day_text(local), clock)


@register.filter
def day_or_moment(value: date) -> SafeString:
    """For lists whose rows know a clock time only sometimes."""
    return moment(value) if isinstance(value, datetime) else day(value)
