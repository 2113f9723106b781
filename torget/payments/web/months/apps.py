from django.apps import AppConfig


class MonthsWebApp(AppConfig):
    name = "torget.payments.web.months"
    label = "payments_months"

    def ready(self) -> None:
        from torget.payments.web.months.home import register

        register()
