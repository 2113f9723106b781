"""The addresses of reconciliation, under /staff/reconciliation/."""

from django.urls import path

from torget.payments.web.reconciliation import files

urlpatterns = [
    path("files/", files.files, name="staff-settlement-files"),
    path("files/upload/", files.upload, name="staff-settlement-upload"),
    path("files/<int:file_id>/", files.file, name="staff-settlement-file"),
]
