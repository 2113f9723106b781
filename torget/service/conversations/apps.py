from django.apps import AppConfig


class ConversationsApp(AppConfig):
    name = "torget.service.conversations"
    label = "conversations"
