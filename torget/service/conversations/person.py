"""What customer service knows of a person: conversations with every message, and forms that were begun."""

from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from torget.foundation.core.person import Person, Section
from torget.foundation.notify.models import OutgoingEmail
from torget.service.conversations.models import Contact, Conversation
from torget.service.forms.models import Draft


def _conversations(person: Person) -> QuerySet[Conversation]:
    theirs = Q(patron__library_system=person.library_system, patron__reference=person.reference)
    for address in person.emails:
        theirs |= Q(patron=None, email__iexact=address)
    return Conversation.objects.filter(theirs)


def _drafts(person: Person) -> QuerySet[Draft]:
    """Their own, and those that became one of their conversations."""
    sent = Contact.objects.filter(conversation__in=_conversations(person), draft__isnull=False).values("draft")
    own = Q(patron__library_system=person.library_system, patron__reference=person.reference)
    return Draft.objects.filter(own | Q(pk__in=sent))


def sections(person: Person) -> list[Section]:
    conversations = _conversations(person)
    return [
        Section(
            code="conversations",
            rows=list(
                conversations.order_by("opened_at").values(
                    "topic", "email", "state", "opened_at", "closed_at", "case_id"
                )
            ),
        ),
        Section(
            code="messages",
            rows=list(
                Contact.objects.filter(conversation__in=conversations)
                .order_by("at", "pk")
                .values("conversation_id", "at", "direction", "channel", "body")
            ),
        ),
        Section(code="drafts", rows=list(_drafts(person).values("created_at", "sent_at", "answers"))),
    ]


def obstacles(person: Person) -> list[str]:
    return [
        f"A conversation opened on {one.opened_at:%d.%m.%Y} is not closed."
        for one in _conversations(person).exclude(state=Conversation.State.CLOSED).order_by("opened_at")
    ]


def kept(person: Person) -> list[str]:
    return [
        f"The conversation of {one.opened_at:%d.%m.%Y} stays with the registered matter that it became."
        for one in _conversations(person).exclude(case_id=None).order_by("opened_at")
    ]


def erase(person: Person, _at: datetime) -> dict[str, int]:
    """Closed conversations go; one that became a registered matter stays with it, as long as the matter is kept."""
    ids = list(_conversations(person).values_list("pk", flat=True))
    going = Contact.objects.filter(conversation__in=_conversations(person).filter(case_id=None))
    about = [f"contact:{pk}" for pk in going.values_list("pk", flat=True)]
    mail = OutgoingEmail.objects.filter(about__in=about, sent_at__isnull=False).delete()[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT retention_remove_conversations(%s::bigint[])", [ids])
        gone = cursor.fetchone()[0]
    unsent = _drafts(person).filter(sent_at__isnull=True)
    return {"conversations": gone, "answers": mail, "drafts": unsent.delete()[0]}
