"""The payment links that were made for a person's card."""

from datetime import datetime

from django.db.models import Q, QuerySet

from torget.foundation.core.person import Person, Section
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.links.models import LinkFee, PaymentLink


def _links(person: Person) -> QuerySet[PaymentLink]:
    return PaymentLink.objects.filter(
        patron__library_system=person.library_system, patron__reference=person.reference
    ).order_by("made_at")


def _notices(person: Person) -> QuerySet[OutgoingEmail]:
    about = Q(pk=None)
    for pk in _links(person).values_list("pk", flat=True):
        about |= Q(about__startswith=f"link:{pk}:")
    return OutgoingEmail.objects.filter(about)


def sections(person: Person) -> list[Section]:
    links = _links(person)
    fees = LinkFee.objects.filter(link__in=links).order_by("link_id", "position")
    notices = _notices(person).order_by("created_at").values("created_at", "recipient", "subject", "body")
    return [
        Section(code="payment_link_notices", rows=list(notices)),
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
    done = {"payment_links": links.count(), "payment_link_notices": _notices(person).delete()[0]}
    links.delete()
    return done
