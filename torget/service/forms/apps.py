from django.apps import AppConfig


class ServiceFormsApp(AppConfig):
    name = "torget.service.forms"
    label = "service_forms"
