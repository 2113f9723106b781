from django.apps import AppConfig


class PaymentsWebApp(AppConfig):
    name = "torget.payments.web"
    label = "payments_web"

    def ready(self) -> None:
        from torget.payments.web.staff.home import register

        register()
