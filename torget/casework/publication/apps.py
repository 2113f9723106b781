from django.apps import AppConfig


class PublicationApp(AppConfig):
    name = "torget.casework.publication"
    label = "publication"
