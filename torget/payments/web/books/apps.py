from django.apps import AppConfig


class BooksWebApp(AppConfig):
    name = "torget.payments.web.books"
    label = "payments_books"
