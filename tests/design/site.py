"""A small site of sample pages; real settings are not needed to judge how pages look."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from torget.foundation.core.money import ZERO, Money
from torget.foundation.design import page as p
from torget.foundation.design.forms import DatePartsField
from torget.foundation.design.helle_themes import THEMES
from torget.foundation.design.views import THEME_ROUTE, theme_url, theme_view

GROUPS = [
    p.PayeeGroup(
        id="porvoo",
        name="Borgå stadsbibliotek",
        shield="design/shields/porvoo.svg",
        lines=[
            p.FeeLine(
                id="1",
                title="Muminpappan och havet",
                reason="Förseningsavgift. 6 dagar försenad, återlämnad 2.11.2026.",
                amount=Money(240),
                explanation="Avgiften är 0,40 € per dag och lån. Den beslutades av bildningsnämnden 12.5.2026.",
                question_url="#fraga",
            ),
            p.FeeLine(
                id="2",
                title="Kirja joka muutti",
                reason="Avgift för reservation som inte hämtades. Hämta senast-datum var 28.10.2026.",
                amount=Money(100),
                question_url="#fraga",
            ),
        ],
    ),
    p.PayeeGroup(
        id="sipoo",
        name="Sibbo bibliotek",
        shield="design/shields/sipoo.svg",
        lines=[
            p.FeeLine(
                id="3",
                title="Nordisk kokbok",
                reason="Ersättning för förkommet material. Ingen moms.",
                amount=Money(2750),
                is_payable=False,
                not_payable_reason="Kan inte betalas nu: biblioteket utreder saken. Du får ett meddelande om svaret.",
                payment_url="#betalning",
                tag=p.Tag(text="Under utredning", colour=p.TagColour.YELLOW),
                question_url="#fraga",
            ),
        ],
    ),
    p.PayeeGroup(
        id="lovisa",
        name="Lovisa stadsbibliotek",
        shield="design/shields/loviisa.svg",
        lines=[
            p.FeeLine(
                id="4",
                title="Nytt bibliotekskort",
                reason="Avgift för nytt kort. Kortet gavs ut 3.11.2026.",
                amount=Money(300),
                is_selected=False,
                question_url="#fraga",
            ),
        ],
    ),
]
EVENTS = [
    p.TimelineEvent(title="Du betalade 3,40 €", at=datetime(2026, 11, 24, 12, 5, tzinfo=UTC)),
    p.TimelineEvent(title="Betalningen bekräftades av Paytrail", at=datetime(2026, 11, 24, 12, 6, tzinfo=UTC)),
    p.TimelineEvent(
        title="Bokförs i bibliotekssystemet",
        at=date(2026, 11, 24),
        text="Vi försöker igen om några minuter. Du behöver inte göra något.",
        kind=p.EventKind.WAITING,
    ),
    p.TimelineEvent(
        title="Borgå kunde inte registrera avgiften", text="Personalen har fått besked.", kind=p.EventKind.PROBLEM
    ),
]


class ContactForm(forms.Form):
    card = forms.CharField(
        label="Bibliotekskortets nummer",
        help_text="Numret står på kortets baksida.",
        widget=forms.TextInput({"autocomplete": "username"}),
    )
    pin = forms.CharField(
        label="PIN-kod",
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "govuk-input--width-10"}),
    )
    email = forms.EmailField(
        label="E-post för kvittot", required=False, widget=forms.EmailInput({"autocomplete": "email"})
    )
    born = DatePartsField(label="Födelsedatum", help_text="Till exempel 24 11 2026")
    subject = forms.ChoiceField(
        label="Vad gäller saken?", choices=[("fee", "En avgift"), ("card", "Mitt kort")], widget=forms.RadioSelect
    )
    channels = forms.MultipleChoiceField(
        label="Hur får vi svara?",
        choices=[("mail", "E-post"), ("text", "Textmeddelande")],
        widget=forms.CheckboxSelectMultiple,
    )
    library = forms.ChoiceField(label="Bibliotek", choices=[("", "Välj"), ("porvoo", "Borgå"), ("sipoo", "Sibbo")])
    question = forms.CharField(label="Din fråga", widget=forms.Textarea({"rows": 4}))
    consent = forms.BooleanField(label="Jag har läst hur uppgifterna används")
    token = forms.CharField(widget=forms.HiddenInput, initial="x")


def context(request: HttpRequest, **more: Any) -> dict[str, Any]:
    theme = THEMES[request.GET.get("theme", "helle")]
    return {
        "site": p.Site(name="Helle-biblioteken", theme_url=theme_url(theme), shield=theme.shield),
        "service_name": "Biblioteksavgifter",
        "navigation": [
            p.NavigationItem(text="Avgifter", url="/fees", is_current=True),
            p.NavigationItem(text="Kvitton", url="/events"),
            p.NavigationItem(text="Meddelanden", url="/empty"),
            p.NavigationItem(text="Logga ut", url="/form"),
        ],
        **more,
    }


@dataclass(frozen=True)
class Everything:
    """One of each small component."""

    rows = (
        p.SummaryRow(key="Betalare", value="Maja Exempel"),
        p.SummaryRow(key="E-post för kvittot", value="maja@example.fi", change_url="#change"),
    )
    steps = (
        p.Step(text="Välj avgifter", state=p.StepState.DONE, url="/fees"),
        p.Step(text="Kontrollera", state=p.StepState.CURRENT),
        p.Step(text="Betala"),
    )
    headings = ("Mottagare", "Avgifter", "Belopp")
    cells = (("Borgå stad", "2", "3,40 €"), ("Sibbo kommun", "1", "1 240,50 €"))


def fees(request: HttpRequest) -> HttpResponse:
    messages.warning(request, "Din förra betalning avbröts. Inget har debiterats.")
    selected = [line for group in GROUPS for line in group.selected_lines]
    total = sum((line.amount for line in selected), ZERO)
    return render(request, "fees.html", context(request, groups=GROUPS, total=total, count=len(selected)))


def form(request: HttpRequest) -> HttpResponse:
    posted = request.POST or {
        "card": "1234",
        "email": "maja",
        "born_day": "31",
        "born_month": "2",
        "born_year": "2010",
        "token": "x",
    }
    return render(request, "form.html", context(request, form=ContactForm(posted)))


def events(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Betalningen är klar. Du kan låna igen.")
    return render(request, "events.html", context(request, events=EVENTS, everything=Everything()))


def empty(request: HttpRequest) -> HttpResponse:
    return render(request, "empty.html", context(request))


urlpatterns: list[URLPattern | URLResolver] = [
    path("fees", fees),
    path("form", form),
    path("events", events),
    path("empty", empty),
    path(THEME_ROUTE, theme_view(THEMES.get), name="theme"),
    path("language", set_language, name="set-language"),
    path(
        "",
        include(
            [
                path(name, empty, name=name)
                for name in ("accessibility-statement", "privacy", "cookies", "help", "contact")
            ]
        ),
    ),
]
