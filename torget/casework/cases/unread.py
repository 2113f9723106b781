"""What people sent into an undecided case and nobody who prepares it has read yet; until then it is not decided."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from torget.casework.cases.models import Case, CaseDocument
from torget.casework.cases.register import log_action


def note_unread(case: Case, *, at: datetime) -> None:
    """The oldest moment stays. In the transaction that took in what was sent."""
    Case.objects.filter(pk=case.pk, unread_since=None).update(unread_since=at)


def sent_since(case: Case, moment: datetime) -> QuerySet[CaseDocument]:
    """Messages and files of the person, the oldest first."""
    return case.documents.filter(kind__in=("message", "attachment"), added_at__gte=moment).order_by("number")


def mark_read(*, case_id: int, last_seen: int, actor: str, at: datetime) -> None:
    """Somebody read up to the document of this number; what came after it stays unread. A second press: nothing."""
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.unread_since is None:
            return
        later = sent_since(case, case.unread_since).filter(number__gt=last_seen).first()
        case.unread_since = later.added_at if later else None
        case.save(update_fields=["unread_since"])
        log_action(case, kind="read", actor=actor, at=at, detail={"to_document": last_seen})
