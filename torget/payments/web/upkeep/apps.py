from django.apps import AppConfig


class UpkeepWebApp(AppConfig):
    name = "torget.payments.web.upkeep"
    label = "payments_upkeep"
