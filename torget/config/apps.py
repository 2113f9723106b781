from django.apps import AppConfig


class ConfigApp(AppConfig):
    name = "torget.config"
    label = "config"
