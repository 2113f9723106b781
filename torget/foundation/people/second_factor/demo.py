"""The demo's invented staff: their secret is public, so that a visitor needs no phone to look around."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.conf import settings

from torget.foundation.people.models import Employee
from torget.foundation.people.second_factor.check import codes_now
from torget.foundation.people.second_factor.need import is_enrolled, needs_second_factor

DEMO_SECRET = "TORGETDEMOTORGETDEMOTORGETDEMOTO"  # noqa: S105 - public on purpose; load_network refuses it outside the demo


def enrol_for_demo(employee: Employee) -> bool:
    """Give the public secret to one whose role demands a factor and who has none; whether anything was done."""
    if is_enrolled(employee) or not needs_second_factor(employee):
        return False
    TOTP.activate(employee, DEMO_SECRET)
    RecoveryCodes.activate(employee)
    return True


def demo_code(employee: Employee) -> str:
    """The code that would be taken now; empty outside the demo, and for everyone with a secret of their own."""
    if not settings.DEMO:
        return ""
    app = Authenticator.objects.filter(user=employee, type=Authenticator.Type.TOTP).first()
    if app is None or decrypt(app.data["secret"]) != DEMO_SECRET:
        return ""
    return next(codes_now(app), "")
