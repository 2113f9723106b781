"""Take an employee's second factor away, because the phone and the recovery codes are lost."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.people.models import Employee


class ReasonRequired(Exception):
    """Nobody loses their second factor without somebody saying why."""


class NotOneself(Exception):
    """An operator's own factor is changed with a code, or reset by another operator: a stolen session is not enough."""


class NothingToReset(Exception):
    """The employee has no second factor."""


@transaction.atomic
def reset_second_factor(*, employee: Employee, actor: str, why: str, now: datetime) -> None:
    """Remove app and recovery codes and end every session of the employee, who enrols anew at the next sign-in."""
    if not why.strip():
        raise ReasonRequired
    subject = f"staff:{employee.pk}"
    if actor == subject:
        raise NotOneself
    kept = Employee.objects.select_for_update().get(pk=employee.pk)
    count, _by_model = Authenticator.objects.filter(user=kept).delete()
    if not count:
        raise NothingToReset
    kept.sign_in_generation += 1
    kept.save(update_fields=["sign_in_generation"])
    record(at=now, actor=actor, action="reset second factor", subject=subject, why=why.strip())
