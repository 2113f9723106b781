"""Tell a person everything, or let them go: over all parts, audited, in one transaction."""

from datetime import datetime
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.core.person import Erasure, Person, PersonRecords, Section


def _parts() -> list[PersonRecords]:
    return [cast("PersonRecords", import_module(module)) for module in settings.PERSON_RECORDS]


def export_person(*, person: Person, actor: str, why: str, at: datetime) -> list[Section]:
    """Only what there is; the export itself stands in the audit log, and so in the next export."""
    found = [section for part in _parts() for section in part.sections(person) if section.rows]
    record(
        at=at,
        actor=actor,
        action="export person",
        subject=_subject(person),
        why=why,
        detail={section.code: len(section.rows) for section in found},
    )
    return found


def erase_person(*, person: Person, actor: str, why: str, at: datetime, is_trial: bool) -> Erasure:
    """Nothing goes while there are obstacles. A trial does it all and takes it back, so that its counts are true."""
    done = Erasure(obstacles=[text for part in _parts() for text in part.obstacles(person)])
    if done.obstacles:
        return done
    done.kept = [text for part in _parts() for text in part.kept(person)]
    with transaction.atomic():
        for part in _parts():
            for kind, rows in part.erase(person, at).items():
                done.rows[kind] = done.rows.get(kind, 0) + rows
        if is_trial:
            transaction.set_rollback(True)
            return done
        detail: dict[str, Any] = {**done.rows, "kept": done.kept}
        record(at=at, actor=actor, action="erase person", subject=_subject(person), why=why, detail=detail)
    return done


def _subject(person: Person) -> str:
    """The log tells that somebody was found by an address, and not which: it outlives what it tells of."""
    return f"person:{person.library_system}:{person.reference or 'by address'}"[:80]
