"""The addresses of reconciliation, under /staff/reconciliation/."""

from django.urls import path

from torget.payments.web.reconciliation import audits, bank, files, items, overview, runs

urlpatterns = [
    path("", overview.overview, name="staff-reconciliation"),
    path("fetch/", overview.fetch_now, name="staff-fetch-settlements"),
    path("items/", items.items, name="staff-reconciliation-items"),
    path("items.csv", items.items_as_csv, name="staff-reconciliation-csv"),
    path("items/<int:item_id>/", items.item, name="staff-reconciliation-item"),
    path("items/<int:item_id>/give/", items.give, name="staff-reconciliation-give"),
    path("items/<int:item_id>/undo/", items.undo, name="staff-reconciliation-undo"),
    path("runs/", runs.runs, name="staff-reconciliation-runs"),
    path("runs/<int:run_id>/", runs.run, name="staff-reconciliation-run"),
    path("full-check/", audits.full_check, name="staff-full-check"),
    path("full-check/now/", audits.check_now, name="staff-full-check-now"),
    path("files/", files.files, name="staff-settlement-files"),
    path("files/upload/", files.upload, name="staff-settlement-upload"),
    path("files/<int:file_id>/", files.file, name="staff-settlement-file"),
    path("bank-accounts/", bank.bank_accounts, name="staff-bank-accounts"),
]
