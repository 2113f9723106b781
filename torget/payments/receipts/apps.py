from django.apps import AppConfig


class ReceiptsApp(AppConfig):
    name = "torget.payments.receipts"
    label = "receipts"
