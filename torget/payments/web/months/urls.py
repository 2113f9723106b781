"""The addresses of the months, under /staff/months/."""

from django.urls import path

from torget.payments.web.months import close, column_map, downloads, lists, month

urlpatterns = [
    path("", lists.municipalities, name="staff-months"),
    path("file/<int:file_id>/", downloads.download_again, name="staff-kept-month-file"),
    path("<slug:slug>/", lists.months, name="staff-months-of"),
    path("<slug:slug>/check/", lists.verify, name="staff-months-verify"),
    path("<slug:slug>/columns/<str:kind>/", column_map.column_map, name="staff-column-map"),
    path("<slug:slug>/<str:text>/", month.month, name="staff-month"),
    path("<slug:slug>/<str:text>/close/", close.close, name="staff-month-close"),
    path("<slug:slug>/<str:text>/file/<str:kind>/", downloads.download, name="staff-month-file"),
]
