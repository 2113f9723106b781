"""The addresses of the shared costs, under /staff/shared-costs/."""

from django.urls import path

from torget.payments.web.months import between, costs

urlpatterns = [
    path("", costs.cooperations, name="staff-shared-costs"),
    path("<slug:slug>/", costs.costs, name="staff-shared-costs-of"),
    path("<slug:slug>/between/", between.latest, name="staff-between-latest"),
    path("<slug:slug>/between/<str:text>/", between.between, name="staff-between"),
    path("<slug:slug>/between/<str:text>/file/<str:kind>/", between.download, name="staff-between-file"),
    path("<slug:slug>/new/", costs.enter, name="staff-enter-shared-cost"),
    path("<slug:slug>/<int:cost_id>/", costs.cost, name="staff-shared-cost"),
    path("<slug:slug>/<int:cost_id>/take-back/", costs.take_back, name="staff-take-back-shared-cost"),
    path("<slug:slug>/<int:year>/file/<str:kind>/", costs.download, name="staff-shared-costs-file"),
]
