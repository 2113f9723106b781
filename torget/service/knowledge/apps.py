from django.apps import AppConfig


class KnowledgeApp(AppConfig):
    name = "torget.service.knowledge"
    label = "knowledge"
