"""The addresses of the pages on the interface, all under /staff/interface/."""

from django.urls import path

from torget.payments.api.staff import clients, endpoints

urlpatterns = [
    path("", clients.clients, name="staff-api-clients"),
    path("new/", clients.new_client, name="staff-api-new"),
    path("<int:client_id>/", clients.client, name="staff-api-client"),
    path("<int:client_id>/change/", clients.change_client, name="staff-api-change"),
    path("<int:client_id>/stop/", clients.stop, name="staff-api-stop"),
    path("<int:client_id>/keys/", clients.new_key, name="staff-api-new-key"),
    path("<int:client_id>/keys/<slug:prefix>/revoke/", clients.revoke, name="staff-api-revoke"),
    path("<int:client_id>/endpoints/new/", endpoints.new_endpoint, name="staff-api-new-endpoint"),
    path("endpoints/<int:endpoint_id>/", endpoints.endpoint, name="staff-api-endpoint"),
    path("endpoints/<int:endpoint_id>/test/", endpoints.test, name="staff-api-test"),
    path("endpoints/<int:endpoint_id>/switch/", endpoints.switch, name="staff-api-switch"),
    path("endpoints/<int:endpoint_id>/secret/", endpoints.new_secret, name="staff-api-secret"),
    path("endpoints/<int:endpoint_id>/replay/", endpoints.replay_all, name="staff-api-replay-all"),
    path("deliveries/<int:delivery_id>/", endpoints.delivery, name="staff-api-delivery"),
    path("deliveries/<int:delivery_id>/replay/", endpoints.replay_one, name="staff-api-replay"),
]
