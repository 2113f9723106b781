from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Base templates, components, form fields and themes; no tables."""

    name = "torget.foundation.design"
    label = "design"
