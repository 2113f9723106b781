from django.apps import AppConfig


class LedgerApp(AppConfig):
    name = "torget.payments.ledger"
    label = "ledger"
