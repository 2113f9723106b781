"""What is known of a patron as such: the row, the sessions, and what the audit log says of them."""

from datetime import datetime

from django.contrib.sessions.models import Session

from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.person import Person, Section
from torget.foundation.people.models import Patron


def _patron(person: Person) -> Patron | None:
    return Patron.objects.filter(library_system=person.library_system, reference=person.reference).first()


def _sessions(patron: Patron) -> list[Session]:
    return [
        session
        for session in Session.objects.all().iterator()
        if (session.get_decoded().get("patron") or {}).get("patron_id") == patron.pk
    ]


def sections(person: Person) -> list[Section]:
    patron = _patron(person)
    if patron is None:
        return []
    subjects = [f"patron:{patron.pk}", f"person:{person.library_system}:{person.reference}"]
    return [
        Section(
            code="patron",
            rows=[
                {
                    "library_system": patron.library_system,
                    "patron_reference": patron.reference,
                    "language": patron.language,
                    "first_seen_at": patron.first_seen_at,
                    "last_seen_at": patron.last_seen_at,
                }
            ],
        ),
        Section(
            code="sessions",
            rows=[
                {"card_number": data["card_number"], "name": data["name"], "until": session.expire_date}
                for session in _sessions(patron)
                for data in [session.get_decoded()["patron"]]
            ],
        ),
        Section(
            code="audit",
            rows=list(
                AuditEntry.objects.filter(subject__in=subjects).order_by("at").values("at", "actor", "action", "why")
            ),
        ),
    ]


def obstacles(_person: Person) -> list[str]:
    return []


def kept(_person: Person) -> list[str]:
    return []


def erase(person: Person, _at: datetime) -> dict[str, int]:
    """Sessions go; the row stays while something refers to it, without the language they chose."""
    patron = _patron(person)
    if patron is None:
        return {}
    ended = _sessions(patron)
    Session.objects.filter(pk__in=[session.pk for session in ended]).delete()
    return {
        "sessions": len(ended),
        "patron": Patron.objects.filter(pk=patron.pk).exclude(language="").update(language=""),
    }
