from django.apps import AppConfig


class UpkeepWebApp(AppConfig):
    name = "torget.payments.web.upkeep"
    label = "payments_upkeep"

    def ready(self) -> None:
        from torget.payments.web.upkeep.home import register

        register()
