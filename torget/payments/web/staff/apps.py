from django.apps import AppConfig


class StaffApp(AppConfig):
    """An app of its own so that Django finds its templates and translations; it has no tables."""

    name = "torget.payments.web.staff"
    label = "staff"
