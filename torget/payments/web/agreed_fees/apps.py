from django.apps import AppConfig


class AgreedFeesWebApp(AppConfig):
    name = "torget.payments.web.agreed_fees"
    label = "payments_agreed_fees"
