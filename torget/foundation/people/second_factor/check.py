"""Check a code from an employee's app, or one of the recovery codes."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction

from torget.foundation.people.models import Employee

_LAST_STEP = "last_step"


class Shown(StrEnum):
    APP = "app"
    RECOVERY_CODE = "recovery code"


class WrongCode(Exception):
    """Neither the app nor an unused recovery code gives this code now."""


def step_of_code(*, secret: str, code: str, after: int = -1) -> int:
    """Which step of half a minute gives this code, of those that are allowed now. Raise WrongCode."""
    for step in yield_hotp_counters_from_time():
        if step > after and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return int(step)
    raise WrongCode


def codes_now(authenticator: Authenticator) -> Iterator[str]:
    """The codes of this app that would be taken now, the oldest first; the demo shows one to its visitors."""
    secret = decrypt(authenticator.data["secret"])
    for step in yield_hotp_counters_from_time():
        if step > authenticator.data.get(_LAST_STEP, -1):
            yield format_hotp_value(hotp_value(secret, step))


def _check_app(authenticator: Authenticator, code: str, now: datetime) -> None:
    """Take each step once. allauth remembers used codes in a cache of one process, and for less than a code lives."""
    secret = decrypt(authenticator.data["secret"])
    last = authenticator.data.get(_LAST_STEP, -1)
    authenticator.data[_LAST_STEP] = step_of_code(secret=secret, code=code, after=last)
    authenticator.last_used_at = now
    authenticator.save(update_fields=["data", "last_used_at"])


@transaction.atomic
def check_code(*, employee: Employee, code: str, now: datetime) -> Shown:
    """Take the code and say what it was; it is good for nothing afterwards. Raise WrongCode."""
    kept = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=employee).order_by("pk")}
    app, recovery = kept.get(Authenticator.Type.TOTP), kept.get(Authenticator.Type.RECOVERY_CODES)
    if app is None:
        raise WrongCode
    try:
        _check_app(app, code, now)
    except WrongCode:
        if recovery is None or not RecoveryCodes(recovery).validate_code(code):
            raise
        return Shown.RECOVERY_CODE
    return Shown.APP
