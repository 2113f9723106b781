from django.apps import AppConfig


class RetentionApp(AppConfig):
    name = "torget.foundation.retention"
    label = "retention"
