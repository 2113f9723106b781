"""What the public network shows of a person: their published decisions, and until when names may stand there."""

from datetime import datetime

from torget.casework.decisions.person import section_of, signed_decisions
from torget.casework.publication.models import Publication
from torget.foundation.core.person import Person, Section


def _publications(person: Person) -> list[Publication]:
    found = Publication.objects.filter(decision__in=signed_decisions(person)).select_related("decision__case")
    return list(found.order_by("published_at", "pk"))


def sections(person: Person) -> list[Section]:
    return [
        Section(
            code="publications",
            rows=[
                {
                    "case_number": one.decision.case.number,
                    "section": section_of(one.decision),
                    "published_at": one.published_at,
                    "shows_names": bool(one.shown_tokens),
                    "personal_until": one.personal_until,
                    "expired_at": one.expired_at,
                }
                for one in _publications(person)
            ],
        )
    ]


def obstacles(_person: Person) -> list[str]:
    return []


def kept(person: Person) -> list[str]:
    """Names on the web go by themselves when the time for a review is over (410/2015, 140 §)."""
    return [
        f"Decision {section_of(one.decision)} shows names on the web until {one.personal_until:%d.%m.%Y}."
        for one in _publications(person)
        if one.shown_tokens and one.expired_at is None
    ]


def erase(_person: Person, _at: datetime) -> dict[str, int]:
    return {}
