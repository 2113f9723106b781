from django.apps import AppConfig
from django.core.checks import register


class PeopleApp(AppConfig):
    name = "torget.foundation.people"
    label = "people"

    def ready(self) -> None:
        from torget.foundation.people.second_factor.need import check_roles

        register(check_roles)
