from django.apps import AppConfig


class ApiApp(AppConfig):
    name = "torget.payments.api"
    label = "api"

    def ready(self) -> None:
        from torget.payments.api.staff.entry import register

        register()
