"""The addresses of the pages on library systems, all under /staff/libraries/."""

from django.urls import path

from torget.payments.web.libraries import overview, tester

urlpatterns = [
    path("", overview.overview, name="staff-libraries"),
    path("exchange/", tester.exchange, name="staff-library-exchange"),
]
