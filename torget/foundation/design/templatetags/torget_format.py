"""Amounts and times the way Finland writes them, in the language of the page."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from torget.foundation.core.languages import Language
from torget.foundation.core.money import Money

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
