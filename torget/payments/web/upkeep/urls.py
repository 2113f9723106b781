"""The addresses of the pages on how the service itself is kept, all under /staff/upkeep/."""

from django.urls import path

from torget.payments.web.upkeep import invariants, overview, retention

urlpatterns = [
    path("", overview.overview, name="staff-upkeep"),
    path("retention/", retention.retention, name="staff-retention"),
    path("retention/count/", retention.count_again, name="staff-retention-count"),
    path("books/", invariants.invariants, name="staff-invariants"),
    path("books/check/", invariants.check_again, name="staff-invariants-check"),
]
