from django.apps import AppConfig


class LinksApp(AppConfig):
    name = "torget.payments.links"
    label = "links"
