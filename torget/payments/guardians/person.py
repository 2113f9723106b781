"""The links between a guardian's and a child's card: of either of them."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from torget.foundation.core.person import Person, Section
from torget.payments.guardians.models import GuardianLink


def _links(person: Person) -> QuerySet[GuardianLink]:
    own = {"library_system": person.library_system, "reference": person.reference}
    guardian = Q(**{f"guardian__{name}": value for name, value in own.items()})
    child = Q(**{f"child__{name}": value for name, value in own.items()})
    return GuardianLink.objects.filter(guardian | child).order_by("linked_at")


def sections(person: Person) -> list[Section]:
    rows = _links(person).values("card_number", "ended_at", created_at=F("linked_at"), until=F("ends_on"))
    return [Section(code="guardian_links", rows=list(rows))]


def obstacles(_person: Person) -> list[str]:
    return []


def kept(_person: Person) -> list[str]:
    return []


def erase(person: Person, _at: datetime) -> dict[str, int]:
    return {"guardian_links": _links(person).delete()[0]}
