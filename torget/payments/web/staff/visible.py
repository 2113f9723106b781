"""Payments an employee may see: those of their municipalities, and those with a line that is theirs."""

from django.db.models import Exists, OuterRef, QuerySet

from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.payments.checkout.models import Payment, PaymentLine


def visible_payments(access: Access) -> QuerySet[Payment]:
    if access.sees_all:
        return Payment.objects.all()
    own_line = PaymentLine.objects.filter(access.within("payee"), payment=OuterRef("pk"))
    return Payment.objects.filter(access.within("municipality") | Exists(own_line))


def visible_municipalities(access: Access, language: str) -> list[Municipality]:
    """In the order of the language's alphabet."""
    found = Municipality.objects.filter(access.within("pk"))
    return sorted(found, key=lambda municipality: municipality.sort_key(language))
