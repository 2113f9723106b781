from django.apps import AppConfig


class CheckoutApp(AppConfig):
    name = "torget.payments.checkout"
    label = "checkout"
