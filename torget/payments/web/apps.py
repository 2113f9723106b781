from django.apps import AppConfig


class PaymentsWebApp(AppConfig):
    name = "torget.payments.web"
    label = "payments_web"
