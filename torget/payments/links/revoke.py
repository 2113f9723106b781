"""Take a payment link back: from now on nobody begins to pay by it."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.payments.links.models import PaymentLink


def revoke_link(*, link_id: int, actor: str, now: datetime) -> bool:
    """False if it was revoked before. What somebody has begun to pay goes on; the money is taken care of."""
    with transaction.atomic():
        changed = PaymentLink.objects.filter(pk=link_id, revoked_at=None).update(revoked_at=now, revoked_by=actor)
        if changed:
            link = PaymentLink.objects.get(pk=link_id)
            record(
                at=now,
                actor=actor,
                action="revoke payment link",
                subject=f"link:{link_id}",
                municipality_id=link.municipality_id,
            )
    return bool(changed)
