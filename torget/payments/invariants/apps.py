from django.apps import AppConfig


class InvariantsApp(AppConfig):
    name = "torget.payments.invariants"
    label = "invariants"
