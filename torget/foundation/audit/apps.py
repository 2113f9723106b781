from django.apps import AppConfig


class AuditApp(AppConfig):
    name = "torget.foundation.audit"
    label = "audit"
