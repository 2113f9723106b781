from django.apps import AppConfig


class ReconciliationWebApp(AppConfig):
    name = "torget.payments.web.reconciliation"
    label = "payments_reconciliation"
