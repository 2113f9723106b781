"""The addresses of children's cards: the guardian's page, and the desk's."""

from django.urls import path

from torget.payments.web.guardians import children, desk

urlpatterns = [
    path("children/", children.children, name="children"),
    path("children/<int:link_id>/end/", children.end, name="end-guardian-link"),
    path("staff/guardians/", desk.links, name="staff-guardians"),
    path("staff/guardians/<int:link_id>/end/", desk.end, name="staff-end-guardian-link"),
]
