"""The addresses of agreed fees, under /staff/agreed-fees/."""

from django.urls import path

from torget.payments.web.agreed_fees import pages

urlpatterns = [
    path("", pages.fees, name="staff-agreed-fees"),
    path("<int:account_id>/new/", pages.agree, name="staff-agree-fee"),
    path("change/<int:fee_id>/", pages.change, name="staff-correct-fee"),
    path("change/<int:fee_id>/withdraw/", pages.withdraw, name="staff-withdraw-fee"),
]
