"""The theme as a style sheet of its own, because the content policy allows no inline style."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from torget.foundation.design.themes import Theme, theme_css, theme_digest

THEME_ROUTE = "theme/<slug:slug>.<slug:digest>.css"
"""The route to give theme_view, under the name 'theme'."""


def theme_url(theme: Theme) -> str:
    return reverse("theme", kwargs={"slug": theme.slug, "digest": theme_digest(theme)})


def theme_view(find_theme: Callable[[str], Theme | None]) -> Callable[..., HttpResponseBase]:
    """A view that serves the theme that `find_theme` gives for a slug; None is Not Found."""

    @require_safe
    def theme(_request: HttpRequest, slug: str, digest: str) -> HttpResponse:
        found = find_theme(slug)
        if found is None:
            raise Http404
        response = HttpResponse(theme_css(found), content_type="text/css; charset=utf-8")
        # A page rendered before a change asks with the old digest; it gets the new colours, kept for a minute only.
        is_current = digest == theme_digest(found)
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if is_current else "public, max-age=60"
        )
        return response

    return theme
