"""The addresses of reminders: short ones in the messages, and those of staff."""

from django.urls import path

from torget.payments.web.reminders import patron
from torget.payments.web.reminders.staff import cards, log, pages, terms, trial

urlpatterns = [
    path("r/<opaque:token>/", patron.reminder, name="reminder"),
    path("r/<opaque:token>/stop/", patron.stop, name="reminder-stop"),
    path("r/<opaque:token>/go-on/", patron.go_on, name="reminder-go-on"),
    path("staff/reminders/", pages.overview, name="staff-reminders"),
    path("staff/reminders/<int:municipality_id>/", pages.one, name="staff-reminders-of"),
    path("staff/reminders/<int:municipality_id>/start/", pages.start, name="staff-reminders-start"),
    path("staff/reminders/<int:municipality_id>/pause/", pages.pause, name="staff-reminders-pause"),
    path("staff/reminders/<int:municipality_id>/stop/", pages.stop, name="staff-reminders-stop"),
    path("staff/reminders/<int:municipality_id>/terms/", terms.terms, name="staff-reminders-terms"),
    path("staff/reminders/<int:municipality_id>/trial/", trial.trial, name="staff-reminders-trial"),
    path("staff/reminders/<int:municipality_id>/log/", log.log, name="staff-reminders-log"),
    path("staff/reminders/<int:municipality_id>/log/<int:reminder_id>/again/", log.again, name="staff-reminder-again"),
    path("staff/reminders/<int:municipality_id>/cards/", cards.cards, name="staff-reminders-cards"),
    path("staff/reminders/<int:municipality_id>/wish/", cards.wish, name="staff-reminders-wish"),
]
