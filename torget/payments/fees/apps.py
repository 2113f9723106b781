from django.apps import AppConfig


class FeesApp(AppConfig):
    name = "torget.payments.fees"
    label = "fees"
