"""Give a finding to the colleague who shall see to it; it had an owner from the start."""

from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.people.access import Access
from torget.foundation.people.models import Employee, Role
from torget.payments.core.reconciliation import NEEDS_A_PERSON
from torget.payments.settlement.clear_item import ItemMoved, reach_item
from torget.payments.settlement.reconciliation_models import Item


class NotAColleague(Exception):
    """Only finance of the municipality can settle a finding, so only to them it can be given."""


def colleagues_for(municipality_id: int) -> list[Employee]:
    """Who can settle findings of the municipality."""
    finance = Role.objects.filter(kind=Role.Kind.FINANCE, municipality_id=municipality_id)
    return list(Employee.objects.filter(is_active=True, pk__in=finance.values("employee")).order_by("full_name", "pk"))


def give_item(*, item_id: int, employee_id: int, access: Access, at: datetime) -> Item:
    """What the item says stays, so a note that somebody is just writing still holds.

    Raise MayNotClear, NotAColleague or ItemMoved.
    """
    item = reach_item(item_id, access, "give finding", at)
    if employee_id not in {one.pk for one in colleagues_for(item.municipality_id)}:
        raise NotAColleague
    if item.owner_id == employee_id:
        return item
    with transaction.atomic():
        changed = Item.objects.filter(
            pk=item_id, owner_id=item.owner_id, cleared_at__isnull=True, row_class__in=sorted(NEEDS_A_PERSON)
        ).update(owner_id=employee_id)
        if changed != 1:
            raise ItemMoved
        record(
            at=at,
            actor=access.actor,
            action="give finding",
            subject=f"item:{item_id}",
            municipality_id=item.municipality_id,
            detail={"from": item.owner_id, "to": employee_id},
        )
    return item
