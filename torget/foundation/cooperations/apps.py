from django.apps import AppConfig


class CooperationsApp(AppConfig):
    name = "torget.foundation.cooperations"
    label = "cooperations"
