from django.apps import AppConfig


class DecisionsApp(AppConfig):
    name = "torget.casework.decisions"
    label = "decisions"
