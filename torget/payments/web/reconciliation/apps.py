from django.apps import AppConfig


class ReconciliationWebApp(AppConfig):
    name = "torget.payments.web.reconciliation"
    label = "payments_reconciliation"

    def ready(self) -> None:
        from torget.payments.web.reconciliation.home import register

        register()
