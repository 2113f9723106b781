from django.apps import AppConfig


class GuardiansApp(AppConfig):
    name = "torget.payments.guardians"
    label = "guardians"
