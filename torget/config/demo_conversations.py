"""A living queue for the demo: questions in every state, asked and answered through the ordinary use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.languages import in_language
from torget.foundation.people.models import Employee
from torget.service.conversations.answer import Then, answer_conversation, write_note
from torget.service.conversations.begin import begin_conversation
from torget.service.conversations.handle import agents_of, assign_conversation
from torget.service.conversations.models import Conversation
from torget.service.conversations.served import serves
from torget.service.conversations.transfer import offer_transfer
from torget.service.core.service_types import find_service_type

SERVICE_TYPE = "other_municipality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One invented question; `hours_ago` is how long before the demo's first start it came."""

    municipality: str
    language: str
    email: str
    hours_ago: int
    text: str
    answer: str = ""
    then: Then = Then.CLOSE
    note: str = ""
    is_taken: bool = False
    offered_to: str = ""
    offer_reason: str = ""


QUESTIONS: Sequence[Asked] = (
    Asked(
        municipality="porvoo",
        language="sv",
        email="kerstin@example.fi",
        hours_ago=190,
        text="Hej! Kan jag få ett nytt bibliotekskort hemskickat? Jag har svårt att ta mig till biblioteket.",
    ),
    Asked(
        municipality="porvoo",
        language="fi",
        email="pentti@example.fi",
        hours_ago=26,
        text="Milloin Gammelbackan kirjasto on taas auki remontin jälkeen?",
        is_taken=True,
        note="Kirjasto lupasi kertoa päivän huomenna.",
    ),
    Asked(
        municipality="porvoo",
        language="sv",
        email="mats@example.fi",
        hours_ago=50,
        text="Jag har fått en faktura från skolan men barnet går inte där längre.",
        answer="Hej! Vilken skola gäller det, och när bytte barnet skola?",
        then=Then.ASK,
    ),
    Asked(
        municipality="porvoo",
        language="en",
        email="amara@example.fi",
        hours_ago=75,
        text="Where can I borrow books in English for a three-year-old?",
        answer="Hello! The main library has a shelf for them on the first floor, and we read aloud on Saturdays at 11.",
    ),
    Asked(
        municipality="porvoo",
        language="fi",
        email="aino@example.fi",
        hours_ago=3,
        text="Katulamppu on pimeänä Hämeenkadulla, numeron 12 kohdalla.",
        offered_to="tampere",
        offer_reason="Hämeenkatu 12 on Tampereella.",
    ),
    Asked(
        municipality="tampere",
        language="fi",
        email="veikko@example.fi",
        hours_ago=5,
        text="Voiko kirjaston tilan varata perhejuhlaan?",
    ),
    Asked(
        municipality="turku",
        language="sv",
        email="solveig@example.fi",
        hours_ago=30,
        text="Var söker jag småbarnspedagogik på svenska i Åbo?",
    ),
    Asked(
        municipality="lahti",
        language="fi",
        email="maire@example.fi",
        hours_ago=8,
        text="Mistä saan hakemuksen pysäköintitunnukseen?",
    ),
)


def load_demo_conversations(now: datetime) -> int:
    """Make them once; how many were made. What belongs to a municipality that is not loaded is left out."""
    if Conversation.objects.exists():
        return 0
    return sum(_make(question, now) for question in QUESTIONS)


def _make(question: Asked, now: datetime) -> bool:
    municipality = Municipality.objects.filter(slug=question.municipality).first()
    if municipality is None or not serves(municipality.pk):
        return False
    service_type, at = find_service_type(SERVICE_TYPE), now - timedelta(hours=question.hours_ago)
    with transaction.atomic():
        conversation = begin_conversation(
            service_type=service_type,
            municipality_id=municipality.pk,
            patron_id=None,
            email=question.email,
            language=question.language,
            topic=in_language(service_type.names, question.language),
            subject={},
            channel="email",
            actor="person",
            body=question.text,
            at=at,
        )
        agent = next(iter(agents_of(municipality.pk)), None)
        if agent is not None:
            _handle(question, conversation, agent, at + timedelta(hours=1))
    return True


def _handle(question: Asked, conversation: Conversation, agent: Employee, at: datetime) -> None:
    if question.is_taken:
        assign_conversation(conversation_id=conversation.pk, agent_id=agent.pk, employee_id=agent.pk, at=at)
    if question.note:
        write_note(conversation_id=conversation.pk, body=question.note, employee_id=agent.pk, at=at)
    if question.answer:
        answer_conversation(
            conversation_id=conversation.pk,
            version=1,
            body=question.answer,
            then=question.then,
            employee_id=agent.pk,
            at=at,
        )
    to = Municipality.objects.filter(slug=question.offered_to).first() if question.offered_to else None
    if to is not None and serves(to.pk):
        offer_transfer(
            conversation_id=conversation.pk,
            version=1,
            to_municipality_id=to.pk,
            reason=question.offer_reason,
            employee_id=agent.pk,
            at=at,
        )
