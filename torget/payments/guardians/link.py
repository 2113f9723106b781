"""Link a child's card to a guardian's, once the child's PIN was right; the link holds until a birthday or is ended."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Branch
from torget.payments.core.guardians import link_ends_on, may_pay_for
from torget.payments.fees.sign_in import SignedIn
from torget.payments.guardians.models import GuardianLink


class NotAChild(Exception):
    """Too old for the municipality's rule, or the municipality has not taken this into use, or one's own card."""


class LinkedAlready(Exception):
    """The guardian has linked this card before."""


def link_child(*, guardian_id: int, child: SignedIn, age_limit: int, at: datetime) -> GuardianLink:
    """`child` as the library system just found it by card and PIN. Raise NotAChild or LinkedAlready."""
    today = timezone.localdate(at)
    if child.patron_id == guardian_id or not may_pay_for(
        child.identity, age_limit=age_limit, today=today, has_agreed=True
    ):
        raise NotAChild
    branch = Branch.objects.filter(code=child.identity.home_branch or "").first()
    with transaction.atomic():
        link, is_new = GuardianLink.objects.get_or_create(
            guardian_id=guardian_id,
            child_id=child.patron_id,
            ended_at=None,
            defaults={
                "card_number": child.identity.card_number,
                "municipality_id": branch.municipality_id if branch else None,
                "linked_at": at,
                "ends_on": link_ends_on(child.identity, age_limit=age_limit, today=today),
            },
        )
        if not is_new:
            if link.ends_on > today:
                raise LinkedAlready
            link.linked_at, link.ends_on = at, link_ends_on(child.identity, age_limit=age_limit, today=today)
            link.save(update_fields=["linked_at", "ends_on"])
        record(
            at=at,
            actor=f"patron:{guardian_id}",
            action="link child's card",
            subject=f"guardian-link:{link.pk}",
            municipality_id=link.municipality_id,
            detail={"child": child.patron_id, "ends_on": link.ends_on.isoformat()},
        )
    return link
