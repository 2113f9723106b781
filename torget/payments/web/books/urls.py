"""The addresses of the figures, all under /staff/figures/."""

from django.urls import path

from torget.payments.web.books import behind, dashboard, saved

urlpatterns = [
    path("", dashboard.figures, name="staff-figures"),
    path("files/<slug:key>.<slug:kind>", dashboard.figures_file, name="staff-figures-file"),
    path("entries/", behind.entries, name="staff-figures-entries"),
    path("slowest/", behind.slowest, name="staff-figures-slowest"),
    path("saved/<int:filter_id>/delete/", saved.delete, name="staff-figures-delete"),
    path("saved/<int:filter_id>/undo/", saved.undo, name="staff-figures-undo"),
]
