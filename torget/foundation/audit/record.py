"""Add one row to the audit log."""

from datetime import datetime
from typing import Any

from torget.foundation.audit.models import AuditEntry


def record(
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    municipality_id: int | None = None,
    why: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    AuditEntry.objects.create(
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        municipality_id=municipality_id,
        why=why,
        detail=detail or {},
    )
