"""End the link to a child's card: the guardian, or the library on behalf of the child."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.payments.guardians.models import GuardianLink


def end_link(*, link: GuardianLink, actor: str, why: str = "", at: datetime) -> bool:
    """False if it has ended already. A payment that is under way goes on: its fees were chosen while the link held."""
    with transaction.atomic():
        if not GuardianLink.objects.filter(pk=link.pk, ended_at__isnull=True).update(ended_at=at, ended_by=actor):
            return False
        record(
            at=at,
            actor=actor,
            action="end link to child's card",
            subject=f"guardian-link:{link.pk}",
            municipality_id=link.municipality_id,
            why=why,
        )
    return True
