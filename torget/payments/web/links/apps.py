from django.apps import AppConfig


class LinksWebApp(AppConfig):
    name = "torget.payments.web.links"
    label = "payments_web_links"

    def ready(self) -> None:
        from torget.payments.web.links.desk import register

        register()
