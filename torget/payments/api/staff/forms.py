"""Forms about clients and endpoints."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from torget.foundation.people.access import Access
from torget.payments.api.models import ApiClient
from torget.payments.api.save_client import ClientWish
from torget.payments.api.scopes import EventType, Scope
from torget.payments.api.staff.entry import municipalities_for
from torget.payments.api.staff.words import EVENT_WORDS, SCOPE_WORDS
from torget.payments.api.start_for_client import origin_of
from torget.payments.api.webhooks.address import AddressRefused, check_url


class ClientForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As patrons know it: it stands on the link that leads back, such as Helle.finna.fi."),
        max_length=80,
        error_messages={"required": gettext_lazy("Enter a name")},
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail of whoever answers for it"),
        error_messages={
            "required": gettext_lazy("Enter an e-mail address"),
            "invalid": gettext_lazy("Enter an e-mail address in the form name@example.fi"),
        },
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(scope.value, SCOPE_WORDS[scope]) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one")},
    )
    municipalities = forms.MultipleChoiceField(
        label=gettext_lazy("For which municipalities"),
        help_text=gettext_lazy("Fees and payments of others do not exist for it."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one")},
    )
    return_origins = forms.CharField(
        label=gettext_lazy("Where patrons may be led back to"),
        help_text=gettext_lazy("One address a line, without a path: https://helle.finna.fi. Empty: nowhere."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    requests_per_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"),
        min_value=1,
        max_value=10_000,
        initial=120,
        error_messages={"required": gettext_lazy("Enter a number"), "invalid": gettext_lazy("Enter a number")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-5"}),
    )

    def __init__(self, *arguments: Any, access: Access, client: ApiClient | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._client = client
        language = get_language() or "fi"
        reach = sorted(municipalities_for(access), key=lambda one: one.sort_key(language))
        self.fields["municipalities"].choices = [(one.slug, one.name(language)) for one in reach]  # type: ignore[attr-defined]  # a field with choices

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        others = ApiClient.objects.filter(name=name)
        if self._client is not None:
            others = others.exclude(pk=self._client.pk)
        if others.exists():
            raise forms.ValidationError(_("Another program has this name"))
        return name

    def clean_return_origins(self) -> list[str]:
        lines = [line.strip().rstrip("/") for line in str(self.cleaned_data["return_origins"]).splitlines()]
        for line in filter(None, lines):
            is_local = settings.WEBHOOK_LOOPBACK and urlsplit(line).hostname in ("127.0.0.1", "localhost")
            if origin_of(line) != line or not (line.startswith("https://") or is_local):
                raise forms.ValidationError(_("Write each address as https://helle.finna.fi, without a path"))
        return list(dict.fromkeys(filter(None, lines)))

    def wish(self) -> ClientWish:
        given = self.cleaned_data
        return ClientWish(
            name=given["name"],
            contact_email=given["contact_email"],
            scopes=tuple(given["scopes"]),
            municipalities=tuple(given["municipalities"]),
            return_origins=tuple(given["return_origins"]),
            requests_per_minute=given["requests_per_minute"],
        )


def initial_of(client: ApiClient) -> dict[str, Any]:
    return {
        "name": client.name,
        "contact_email": client.contact_email,
        "scopes": client.scopes,
        "municipalities": list(client.municipalities.values_list("slug", flat=True)),
        "return_origins": "\n".join(client.return_origins),
        "requests_per_minute": client.requests_per_minute,
    }


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Begins with https:// and can be reached from the public net."),
        max_length=500,
        error_messages={"required": gettext_lazy("Enter an address")},
        widget=forms.URLInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told"),
        choices=[(event.value, EVENT_WORDS[event]) for event in EventType],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one")},
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            check_url(url, loopback=settings.WEBHOOK_LOOPBACK)
        except AddressRefused:
            raise forms.ValidationError(
                _("Enter a public address that begins with https://; addresses inside a private net are refused")
            ) from None
        return url
