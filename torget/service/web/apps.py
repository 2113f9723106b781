from django.apps import AppConfig


class ServiceWebApp(AppConfig):
    name = "torget.service.web"
    label = "service_web"
