from django.apps import AppConfig


class CaseworkWebApp(AppConfig):
    name = "torget.casework.web"
    label = "casework_web"
