from django.apps import AppConfig


class ClosingApp(AppConfig):
    name = "torget.payments.closing"
    label = "closing"
