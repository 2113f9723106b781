"""The addresses of the pages on library systems, all under /staff/libraries/."""

from django.urls import path

from torget.payments.web.libraries import overview, payee_rules, tester

urlpatterns = [
    path("", overview.overview, name="staff-libraries"),
    path("whose-money/", payee_rules.payee_rules, name="staff-payee-rules"),
    path("exchange/", tester.exchange, name="staff-library-exchange"),
]
