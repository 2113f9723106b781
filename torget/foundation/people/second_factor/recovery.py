"""The recovery codes of an employee: shown until they are said to be kept, then only counted."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from torget.foundation.people.models import Employee


def _codes(employee: Employee) -> RecoveryCodes | None:
    row = Authenticator.objects.filter(user=employee, type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(row) if row else None


def codes_to_show(employee: Employee) -> list[str]:
    """All codes, in two parts so that they are easy to copy; none once the employee has said that they are kept."""
    codes = _codes(employee)
    if codes is None or codes.did_view:
        return []
    return [f"{code[:4]} {code[4:]}" for code in codes.get_unused_codes()]


def note_codes_kept(employee: Employee) -> None:
    codes = _codes(employee)
    if codes is not None:
        codes.mark_as_viewed()


def codes_left(employee: Employee) -> int:
    codes = _codes(employee)
    return len(codes.get_unused_codes()) if codes else 0
