from django.apps import AppConfig


class StaffApp(AppConfig):
    name = "torget.foundation.staff"
    label = "staff"
