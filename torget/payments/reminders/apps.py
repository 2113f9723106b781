from django.apps import AppConfig


class RemindersApp(AppConfig):
    name = "torget.payments.reminders"
    label = "reminders"
