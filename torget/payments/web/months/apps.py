from django.apps import AppConfig


class MonthsWebApp(AppConfig):
    name = "torget.payments.web.months"
    label = "payments_months"
