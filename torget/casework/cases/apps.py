from django.apps import AppConfig


class CasesApp(AppConfig):
    name = "torget.casework.cases"
    label = "cases"
