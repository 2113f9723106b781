from django.apps import AppConfig


class ServiceWebApp(AppConfig):
    name = "torget.service.web"
    label = "service_web"

    def ready(self) -> None:
        from torget.service.web.staff.queue import register

        register()
