"""What reconciliation found, as far as an employee may see it: finance its own, a coordinator that of the members."""

from django.db.models import QuerySet

from torget.foundation.people.access import Access
from torget.payments.core.reconciliation import NEEDS_A_PERSON
from torget.payments.settlement.reconciliation_models import Item


def visible_items(access: Access) -> QuerySet[Item]:
    return Item.objects.filter(access.books_within("municipality"))


def open_findings(access: Access) -> QuerySet[Item]:
    """What needs a person and nobody has settled; the index item_needs_a_person has just these."""
    return visible_items(access).filter(row_class__in=sorted(NEEDS_A_PERSON), cleared_at__isnull=True)
