"""Registers the procedures that the settings list when the program starts."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class ProceduresApp(AppConfig):
    name = "torget.procedures"
    label = "procedures"

    def ready(self) -> None:
        for package in settings.PROCEDURES:
            import_module(f"{package}.procedure").register()
