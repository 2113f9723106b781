"""The addresses of version 1, all below /api/v1/."""

from torget.payments.api.v1 import frame

app_name = "api-v1"
urlpatterns = frame.urlpatterns()
