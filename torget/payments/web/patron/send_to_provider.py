"""The hop to the provider: a redirect to an address that the provider itself gave us, and nowhere else."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from csp.constants import SELF
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect


def page_origins(providers: Iterable[str]) -> list[str]:
    return sorted({origin for provider in providers for origin in settings.PAYMENT_PROVIDERS[provider]["PAGE_ORIGINS"]})


def allow_provider_pages(response: HttpResponse, providers: Iterable[str]) -> HttpResponse:
    """Let the form of this one page end at the provider: browsers apply form-action to redirects as well."""
    response._csp_update = {"form-action": [SELF, *page_origins(providers)]}  # type: ignore[attr-defined]  # noqa: SLF001 - django-csp's documented attribute
    return response


def send_to_provider(address: str) -> HttpResponse:
    """303, so that the browser's back button does not send the form again."""
    parts = urlsplit(address)
    allowed = page_origins(settings.PAYMENT_PROVIDERS)
    if f"{parts.scheme}://{parts.netloc}" not in allowed:
        raise ValueError(f"the provider sent an address outside its own pages: {parts.netloc}")
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
