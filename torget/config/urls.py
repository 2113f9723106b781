"""Every address of Torget."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from torget.config import observe
from torget.foundation.design.views import THEME_ROUTE, theme_view
from torget.payments.web.site import find_theme

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("torget.payments.api.v1.urls")),
    path("", include("torget.service.web.urls")),
    path("", include("torget.payments.web.urls")),
    path("", include("torget.casework.web.urls")),
    path("", include("torget.onboarding.web.urls")),
    path("language/", set_language, name="set-language"),
    path(THEME_ROUTE, theme_view(find_theme), name="theme"),
    path("health/", observe.health, name="health"),
    path("ready/", observe.ready, name="ready"),
    path("metrics/", observe.metrics, name="metrics"),
]

handler400 = "torget.payments.web.errors.bad_request"
handler403 = "torget.payments.web.errors.forbidden"
handler404 = "torget.payments.web.errors.not_found"
handler500 = "torget.payments.web.errors.server_error"
