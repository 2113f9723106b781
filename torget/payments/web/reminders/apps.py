from django.apps import AppConfig


class RemindersWebApp(AppConfig):
    name = "torget.payments.web.reminders"
    label = "payments_web_reminders"

    def ready(self) -> None:
        from torget.payments.web.reminders.staff.desk import register

        register()
