from django.apps import AppConfig


class SettlementApp(AppConfig):
    name = "torget.payments.settlement"
    label = "settlement"
