"""What the figures shall be about, as a form of the page and as the query of its address."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from torget.foundation.cooperations.models import Municipality
from torget.foundation.design.forms import DatePartsField
from torget.foundation.people.access import Access
from torget.payments.web.books.panels import Scope
from torget.payments.web.books.period import (
    DAYS_MAX,
    DEFAULT,
    LAST_WEEKS,
    YEAR_MIN,
    NotAPeriod,
    Period,
    days,
    months_before,
    read_period,
)
from torget.payments.web.books.words import last_weeks_text, month_text, period_text
from torget.payments.web.staff.visible import visible_municipalities

OWN, _ALL = "own", "all"
_MONTHS_OFFERED = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    period: Period
    municipality: Municipality | None
    """One of those that may be seen; None for all of them."""
    visible: list[Municipality]

    @property
    def slug(self) -> str:
        return self.municipality.slug if self.municipality else ""

    @property
    def query(self) -> str:
        """The same choice for an address, a colleague or a saved filter; the shortest that says it."""
        named = {"municipality": self.slug, "period": self.period.key}
        return urlencode({key: value for key, value in named.items() if value})

    @property
    def scope(self) -> Scope:
        language = get_language() or "fi"
        chosen = [self.municipality] if self.municipality else self.visible
        return Scope(
            names={one.pk: one.name(language) for one in chosen},
            slugs={one.pk: one.slug for one in chosen},
            slug=self.slug,
            period=self.period,
        )

    @property
    def text(self) -> str:
        whose = self.municipality.name(get_language() or "fi") if self.municipality else self._all_text
        return f"{whose}, {period_text(self.period)}"

    @property
    def _all_text(self) -> str:
        only = self.visible[0].name(get_language() or "fi") if len(self.visible) == 1 else ""
        return only or _("All your municipalities")


class ChoiceForm(forms.Form):
    municipality = forms.ChoiceField(
        label=gettext_lazy("Municipality"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your municipalities; you may see no others")},
    )
    period = forms.ChoiceField(
        label=gettext_lazy("Period"),
        error_messages={"invalid_choice": gettext_lazy("Choose a period from the list, or own days")},
    )

    def __init__(self, data: dict[str, str], *, municipalities: list[Municipality], today: date) -> None:
        super().__init__(data)
        language = get_language() or "fi"
        named = [(one.slug, one.name(language)) for one in municipalities]
        weeks = [(f"{count}w", last_weeks_text(count)) for count in LAST_WEEKS]
        months = [(str(month), month_text(month)) for month in months_before(today, _MONTHS_OFFERED)]
        offered = [*weeks, *months]
        if data["period"] not in dict(offered):
            offered += _other_period(data["period"], today)
        self._offer("municipality", [(_ALL, _("All")), *named])
        self._offer("period", offered)
        if len(named) < 2 and data["municipality"] == _ALL:
            del self.fields["municipality"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined] # ChoiceField has it


def _other_period(text: str, today: date) -> list[tuple[str, str]]:
    """Own days, and a month of an old link or a saved filter, are possible when they are asked for."""
    try:
        return [(text, period_text(read_period(text, today)))]
    except NotAPeriod:
        return []


class DaysForm(forms.Form):
    """A period between two days; its own form, so that it cannot contradict the list of periods."""

    first = DatePartsField(
        label=gettext_lazy("First day"), error_messages={"required": gettext_lazy("Enter the first day")}
    )
    last = DatePartsField(
        label=gettext_lazy("Last day"), error_messages={"required": gettext_lazy("Enter the last day")}
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            try:
                cleaned["period"] = days(first, last)
            except NotAPeriod:
                self._say_what_is_wrong(first, last)
        return cleaned

    def _say_what_is_wrong(self, first: date, last: date) -> None:
        if last < first:
            self.add_error("last", _("The last day is before the first"))
        elif first.year < YEAR_MIN:
            self.add_error("first", _("The first day must be in this century"))
        else:
            text = _("Choose at most %(days)d days; for more, take several periods") % {"days": DAYS_MAX}
            self.add_error("first", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What an address asks for."""

    form: ChoiceForm
    days: DaysForm
    choice: Choice | None
    """None when one of the forms says what is wrong."""
    is_plain: bool
    """The address says the choice in its shortest form, the one to hand on."""


def read_choice(query: QueryDict, access: Access, now: datetime) -> Read:
    today = timezone.localtime(now).date()
    municipalities = visible_municipalities(access, get_language() or "fi")
    period = query.get("period") or DEFAULT
    is_own = period == OWN
    own = DaysForm(query) if is_own else DaysForm()
    if own.is_valid():
        period = own.cleaned_data["period"].key
    data = {"municipality": query.get("municipality") or _ALL, "period": DEFAULT if period == OWN else period}
    form = ChoiceForm(data, municipalities=municipalities, today=today)
    choice = None
    if form.is_valid() and (own.is_valid() or not is_own):
        found = next((one for one in municipalities if one.slug == data["municipality"]), None)
        choice = Choice(period=read_period(period, today), municipality=found, visible=municipalities)
    is_plain = not is_own and query.get("municipality") not in ("", _ALL)
    return Read(form=form, days=own, choice=choice, is_plain=is_plain)
