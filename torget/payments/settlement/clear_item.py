"""A person settles a finding with a note, or takes that back."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.payments.core.reconciliation import NEEDS_A_PERSON
from torget.payments.settlement.reconciliation_models import Item


class MayNotClear(Exception):
    """Only finance of the municipality may."""


class NoteRequired(Exception):
    """Why it is settled must be written down."""


class ItemMoved(Exception):
    """It was cleared, uncleared or explained meanwhile."""


def may_clear(item: Item, access: Access) -> bool:
    return item.municipality_id in access.finance


def clear_item(*, item_id: int, seen_at: datetime, access: Access, note: str, at: datetime) -> None:
    """The item stays what it is and leaves the list. Raise MayNotClear, NoteRequired or ItemMoved."""
    item = reach_item(item_id, access, "clear finding", at)
    reason = note.strip()
    if not reason:
        raise NoteRequired
    with transaction.atomic():
        changed = Item.objects.filter(
            pk=item_id, changed_at=seen_at, cleared_at__isnull=True, row_class__in=sorted(NEEDS_A_PERSON)
        ).update(cleared_at=at, cleared_by=access.actor, cleared_note=reason[:500], changed_at=at)
        if changed != 1:
            raise ItemMoved
        _note(item, access, "clear finding", at, reason)


def unclear_item(*, item_id: int, access: Access, at: datetime) -> None:
    """Back onto the list. Raise MayNotClear or ItemMoved."""
    item = reach_item(item_id, access, "take back clearing", at)
    with transaction.atomic():
        changed = Item.objects.filter(pk=item_id, cleared_at__isnull=False).update(
            cleared_at=None, cleared_by="", cleared_note="", changed_at=at
        )
        if changed != 1:
            raise ItemMoved
        _note(item, access, "take back clearing", at, item.cleared_note)


def reach_item(item_id: int, access: Access, action: str, at: datetime) -> Item:
    """Raise MayNotClear, and note the refusal."""
    item = Item.objects.get(pk=item_id)
    if not may_clear(item, access):
        record(
            at=at,
            actor=access.actor,
            action=f"{action} refused",
            subject=f"item:{item_id}",
            municipality_id=item.municipality_id,
        )
        raise MayNotClear
    return item


def _note(item: Item, access: Access, action: str, at: datetime, why: str) -> None:
    record(
        at=at,
        actor=access.actor,
        action=action,
        subject=f"item:{item.pk}",
        municipality_id=item.municipality_id,
        why=why,
        detail={"class": item.row_class, "kind": item.kind, "expected": item.expected_cents},
    )
