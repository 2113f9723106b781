"""Pages that are opened from a message by an unguessable address: they speak its language and nobody keeps them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import activate


def speak_like(request: HttpRequest, language: str, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Speak the language of the message unless the visitor has chosen one; let nobody keep or index the page."""
    has_chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    if not has_chosen:
        activate(language)
        request.LANGUAGE_CODE = language
    response = view()
    if not has_chosen:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
