from django.apps import AppConfig


class CaseworkWebApp(AppConfig):
    name = "torget.casework.web"
    label = "casework_web"

    def ready(self) -> None:
        from torget.casework.web.staff.home import register

        register()
