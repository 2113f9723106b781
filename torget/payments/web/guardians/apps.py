from django.apps import AppConfig


class GuardiansWebApp(AppConfig):
    name = "torget.payments.web.guardians"
    label = "payments_web_guardians"

    def ready(self) -> None:
        from torget.payments.web.guardians.desk import register

        register()
