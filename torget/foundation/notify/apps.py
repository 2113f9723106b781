from django.apps import AppConfig


class NotifyApp(AppConfig):
    name = "torget.foundation.notify"
    label = "notify"
