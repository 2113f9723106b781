from django.apps import AppConfig


class RemindersWebApp(AppConfig):
    name = "torget.payments.web.reminders"
    label = "payments_web_reminders"
