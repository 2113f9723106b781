"""The payment links that were made for a person's card."""

from datetime import datetime

from django.db.models import QuerySet

from torget.foundation.core.person import Person, Section
from torget.payments.links.models import LinkFee, PaymentLink


def _links(person: Person) -> QuerySet[PaymentLink]:
    return PaymentLink.objects.filter(
        patron__library_system=person.library_system, patron__reference=person.reference
    ).order_by("made_at")


def sections(person: Person) -> list[Section]:
    links = _links(person)
    fees = LinkFee.objects.filter(link__in=links).order_by("link_id", "position")
    return [
        Section(
            code="payment_links",
            rows=list(links.values("kind", "card_number", "made_by", "made_at", "expires_at", "revoked_at")),
        ),
        Section(code="payment_link_fees", rows=list(fees.values("fee_reference", "fee_kind", "amount_cents"))),
    ]


def obstacles(_person: Person) -> list[str]:
    return []


def kept(_person: Person) -> list[str]:
    return []


def erase(person: Person, _at: datetime) -> dict[str, int]:
    """A link that nobody can pay by any more serves nobody."""
    links = _links(person)
    return {"payment_links": links.count() if links.delete() else 0}
