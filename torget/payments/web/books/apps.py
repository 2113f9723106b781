from django.apps import AppConfig


class BooksWebApp(AppConfig):
    name = "torget.payments.web.books"
    label = "payments_books"

    def ready(self) -> None:
        from torget.payments.web.books.place import register

        register()
