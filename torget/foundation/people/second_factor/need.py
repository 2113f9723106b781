"""Who must show a second factor, and who has one."""

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.checks import CheckMessage, Error

from torget.foundation.people.models import Employee, Role


def roles_demand(kinds: Iterable[str]) -> bool:
    """One role that sees other people's money is enough."""
    return not set(settings.SECOND_FACTOR_ROLES).isdisjoint(kinds)


def is_enrolled(employee: Employee) -> bool:
    return bool(Authenticator.objects.filter(user=employee, type=Authenticator.Type.TOTP).exists())


def needs_second_factor(employee: Employee) -> bool:
    """Whose role demands it, and who chose to have one: a factor that is asked for only sometimes protects nobody."""
    return roles_demand(Role.objects.filter(employee=employee).values_list("kind", flat=True)) or is_enrolled(employee)


def check_roles(app_configs: Any, **_named: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """A misspelt role would quietly let its people in without a second factor."""
    unknown = sorted(set(settings.SECOND_FACTOR_ROLES) - set(Role.Kind.values))
    if not unknown:
        return []
    known = ", ".join(Role.Kind.values)
    text = f"TORGET_SECOND_FACTOR_ROLES names no such role: {', '.join(unknown)}. Roles are {known}."
    return [Error(text, id="people.E001")]
