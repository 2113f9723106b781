"""Who looks at somebody's data without being that somebody: a row in the read log, as for staff and programs.

906/2019, 17 §: use and disclosure of data are followed. Of what people read of themselves after signing in no diary is
kept; the sign-in itself is logged. An address that opens by itself may have been passed on, so it is never oneself.
"""

from django.http import HttpRequest
from django.utils import timezone

from torget.foundation.audit.record import record
from torget.payments.web.patron_session import signed_in_patron


def note_look(
    request: HttpRequest, *, owner_id: int | None, action: str, subject: str, municipality_id: int | None = None
) -> None:
    """Nothing when the owner is signed in. An owner without a number is never known."""
    patron = signed_in_patron(request)
    if patron is not None and patron.patron_id == owner_id:
        return
    actor = f"patron:{patron.patron_id}" if patron else "link"
    record(at=timezone.now(), actor=actor, action=action, subject=subject, municipality_id=municipality_id)
