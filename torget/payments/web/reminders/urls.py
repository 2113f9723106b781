"""The addresses of reminders: short ones in the messages, and those of staff."""

from django.urls import path

from torget.payments.web.reminders import patron

urlpatterns = [
    path("r/<opaque:token>/", patron.reminder, name="reminder"),
    path("r/<opaque:token>/stop/", patron.stop, name="reminder-stop"),
    path("r/<opaque:token>/go-on/", patron.go_on, name="reminder-go-on"),
]
