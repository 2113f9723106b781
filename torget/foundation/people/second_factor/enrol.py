"""Tie an authenticator app to an employee, and give the codes for the day when the phone is lost."""

from datetime import datetime
from itertools import groupby

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from torget.foundation.audit.record import record
from torget.foundation.people.models import Employee
from torget.foundation.people.second_factor.check import step_of_code


def new_secret() -> str:
    return str(generate_totp_secret())


def app_link(employee: Employee, secret: str) -> str:
    """What the picture says: the address that authenticator apps understand."""
    return str(get_adapter().build_totp_url(employee, secret))


def picture_path(link: str) -> tuple[str, int]:
    """The link as a QR code: what an SVG path draws, and how many squares a side has, with the white edge of four."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(link)
    code.make(fit=True)
    squares = code.get_matrix()
    drawn = []
    for y, row in enumerate(squares):
        x = 0
        for is_dark, run in groupby(row):
            width = len(list(run))
            if is_dark:
                drawn.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return "".join(drawn), len(squares)


@transaction.atomic
def enrol_employee(*, employee: Employee, secret: str, code: str, now: datetime) -> None:
    """Keep the secret, once a code proves that the app has it; what was there before is gone. Raise WrongCode."""
    step = step_of_code(secret=secret, code=code)
    # Two tabs that enrol at once wait for each other here.
    Employee.objects.select_for_update().get(pk=employee.pk)
    Authenticator.objects.filter(user=employee).delete()
    app = TOTP.activate(employee, secret).instance
    # The code that proved it may be seen by others, so it signs nobody in.
    app.data["last_step"] = step
    app.save(update_fields=["data"])
    RecoveryCodes.activate(employee)
    _end_other_sessions(employee)
    actor = f"staff:{employee.pk}"
    record(at=now, actor=actor, action="enrol second factor", subject=actor)


@transaction.atomic
def renew_recovery_codes(*, employee: Employee, now: datetime) -> None:
    """Ten new codes; the old ones are worth nothing from now on."""
    Employee.objects.select_for_update().get(pk=employee.pk)
    Authenticator.objects.filter(user=employee, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(employee)
    actor = f"staff:{employee.pk}"
    record(at=now, actor=actor, action="renew recovery codes", subject=actor)


def _end_other_sessions(employee: Employee) -> None:
    employee.sign_in_generation += 1
    employee.save(update_fields=["sign_in_generation"])
