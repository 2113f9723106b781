from django.apps import AppConfig


class PeopleApp(AppConfig):
    name = "torget.foundation.people"
    label = "people"
