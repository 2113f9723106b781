from django.apps import AppConfig


class LibrariesWebApp(AppConfig):
    name = "torget.payments.web.libraries"
    label = "payments_libraries"

    def ready(self) -> None:
        from torget.payments.web.libraries import overview, payee_rules

        overview.register()
        payee_rules.register()
