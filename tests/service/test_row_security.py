"""An errand is reached by the municipality that has it, and by the one it is offered to; by nobody else.

Its tables, and those of casework once it is a matter, are looked at together, after any order of what people do.
"""

from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model, Q
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.casework.test_row_security import OWNER as OWNER_IN_CASEWORK
from tests.casework.test_row_security import reached as reached_in_casework
from tests.casework_rows import make_record_class
from tests.network import make_network
from tests.service.conftest import make_queues
from tests.world import START
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.foundation.staff.scope import scoped
from torget.service.conversations.answer import Then, answer_conversation, write_note
from torget.service.conversations.begin import begin_conversation
from torget.service.conversations.handle import reopen_conversation
from torget.service.conversations.models import Contact, Conversation, ConversationEvent, Presence, Transfer
from torget.service.conversations.presence import note_presence
from torget.service.conversations.promote import promote_conversation
from torget.service.conversations.reply import add_reply
from torget.service.conversations.transfer import accept_transfer, offer_transfer, return_transfer
from torget.service.core.service_types import find_service_type
from torget.service.core.states import State
from torget.service.forms.models import Attachment, Draft
from torget.service.forms.publish import publish_form

SLUGS = ("porvoo", "sipoo")
OPEN_TO_ALL = {"FormVersion", "AnswerTemplate"}
# The table between contacts and their attachments has a model of its own.
APPS = ("service_forms", "conversations")
_numbers = count(1)


def who_reaches(owner: int) -> dict[type[Model], Q]:
    """By table, the rows that are a municipality's, said without the policies."""
    has = Q(municipality=owner) | Q(transfers__state="offered", transfers__to_municipality=owner)
    theirs = Conversation.objects.filter(has).values("pk")
    said = Contact.objects.filter(conversation__in=theirs).values("pk")
    drafts = Draft.objects.filter(Q(municipality=owner) | Q(contact__in=said)).values("pk")
    return {
        Conversation: Q(pk__in=theirs),
        Contact: Q(pk__in=said),
        Contact.attachments.through: Q(contact__in=said),
        ConversationEvent: Q(conversation__in=theirs),
        Presence: Q(conversation__in=theirs),
        Transfer: Q(from_municipality=owner) | Q(to_municipality=owner),
        Draft: Q(pk__in=drafts),
        Attachment: Q(draft__in=drafts) | Q(contacts__in=said),
    }


def test_every_table_is_secured(committed_db: None) -> None:
    models = {model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)}
    private = {model for model in models if model.__name__ not in OPEN_TO_ALL}
    assert private == set(who_reaches(0))
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert {model._meta.db_table for model in private} <= {name for (name,) in cursor.fetchall()}


class Errands(RuleBasedStateMachine):
    """Residents write, agents of two municipalities answer, hand over and make matters; each looks with every scope."""

    def __init__(self) -> None:
        super().__init__()
        self.owners = dict(Municipality.objects.filter(slug__in=SLUGS).values_list("slug", "pk"))
        self.agents = {slug: Employee.objects.get(username=f"desk.{slug}").pk for slug in SLUGS}

    @initialize()
    def begin(self) -> None:
        for slug in SLUGS:
            self.ask(slug)

    @rule(slug=st.sampled_from(SLUGS))
    def ask(self, slug: str) -> None:
        number = next(_numbers)
        kind = find_service_type("fee_dispute")
        form = publish_form(service_type=kind, at=START)
        draft = Draft.objects.create(
            token=f"draft{number}", form=form, municipality_id=self.owners[slug], language="sv", created_at=START,
            changed_at=START, expires_at=START,
        )  # fmt: skip
        with transaction.atomic():
            begin_conversation(
                service_type=kind,
                municipality_id=self.owners[slug],
                patron_id=None,
                email=f"asa{number}@example.fi",
                language="sv",
                topic="?",
                subject={},
                channel="form",
                actor="person",
                body=f"Varför? {number}",
                draft=draft,
                attachments=[self._file(draft), self._file(None)],
                at=START,
            )

    def _file(self, draft: Draft | None) -> Attachment:
        return Attachment.objects.create(
            draft=draft, name="x.pdf", media_type="application/pdf", content=b"x", sha256="0" * 64, state="clean",
            added_at=START,
        )  # fmt: skip

    @rule(pick=st.integers(0, 9))
    def reply(self, pick: int) -> None:
        ids = list(Conversation.objects.order_by("pk").values_list("pk", flat=True))
        add_reply(conversation_id=ids[pick % len(ids)], body=f"Och? {next(_numbers)}", actor="person", at=START)

    def _own(self, slug: str, **wanted: Any) -> Conversation | None:
        return Conversation.objects.filter(municipality=self.owners[slug], **wanted).order_by("-pk").first()

    @rule(slug=st.sampled_from(SLUGS), then=st.sampled_from(Then))
    def answer(self, slug: str, then: Then) -> None:
        me: dict[str, Any] = {"employee_id": self.agents[slug], "at": START}
        with scoped({self.owners[slug]}):
            if found := self._own(slug, state=State.WAITING):
                note_presence(conversation_id=found.pk, typed="Hej", **me)
                write_note(conversation_id=found.pk, body="Ring disken", **me)
                found.refresh_from_db()
                answer_conversation(conversation_id=found.pk, version=found.version, body="Så här", then=then, **me)
            elif found := self._own(slug, state=State.CLOSED, case_id=None):
                reopen_conversation(conversation_id=found.pk, version=found.version, **me)

    @rule(slug=st.sampled_from(SLUGS))
    def promote(self, slug: str) -> None:
        with scoped({self.owners[slug]}):
            if found := self._own(slug, case_id=None, state=State.WAITING):
                promote_conversation(
                    conversation_id=found.pk, version=found.version, employee_id=self.agents[slug], at=START
                )

    @rule(slug=st.sampled_from(SLUGS))
    def offer(self, slug: str) -> None:
        with scoped({self.owners[slug]}):
            offered = Transfer.objects.filter(state="offered").values("conversation")
            waiting = Conversation.objects.filter(municipality=self.owners[slug], state=State.WAITING, case_id=None)
            if found := waiting.exclude(pk__in=offered).first():
                offer_transfer(
                    conversation_id=found.pk,
                    version=found.version,
                    to_municipality_id=self.owners[_other(slug)],
                    reason="Er bok.",
                    employee_id=self.agents[slug],
                    at=START,
                )

    @rule(slug=st.sampled_from(SLUGS), takes_it=st.booleans())
    def answer_an_offer(self, slug: str, takes_it: bool) -> None:
        me: dict[str, Any] = {"employee_id": self.agents[slug], "at": START}
        with scoped({self.owners[slug]}):
            if found := Transfer.objects.filter(state="offered", to_municipality=self.owners[slug]).first():
                if takes_it:
                    accept_transfer(transfer_id=found.pk, **me)
                else:
                    return_transfer(transfer_id=found.pk, reason="Inte vår.", **me)

    @rule(slug=st.sampled_from(SLUGS))
    def reach_for_the_other(self, slug: str) -> None:
        """By id, by update, by raw SQL, and by writing into the other's errands."""
        mine = Conversation.objects.filter(who_reaches(self.owners[slug])[Conversation])
        theirs = list(Conversation.objects.exclude(pk__in=mine))
        ids = [one.pk for one in theirs]
        with scoped({self.owners[slug]}):
            assert not Conversation.objects.filter(pk__in=ids).exists()
            assert Conversation.objects.filter(pk__in=ids).update(topic="!") == 0
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM conversations_contact WHERE conversation_id = ANY(%s)", [ids])
                assert cursor.fetchone() == (0,)
            for one in theirs[:1]:
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    ConversationEvent.objects.create(conversation=one, at=START, actor="staff:1", kind="closed")

    @invariant()
    def each_reaches_exactly_its_own(self) -> None:
        for owner in self.owners.values():
            expected = {
                model: set(model._default_manager.filter(theirs).values_list("pk", flat=True))
                for model, theirs in who_reaches(owner).items()
            }
            cases = {label: reached_in_casework(label) & {owner} for label in OWNER_IN_CASEWORK}
            with scoped({owner}):
                for model, ids in expected.items():
                    assert set(model._default_manager.values_list("pk", flat=True)) == ids, model
                assert {label: reached_in_casework(label) for label in OWNER_IN_CASEWORK} == cases
        with scoped(set()):
            assert not any(model._default_manager.exists() for model in who_reaches(0))


def _other(slug: str) -> str:
    return next(one for one in SLUGS if one != slug)


def test_errands_of_two_municipalities_meet_only_in_an_offer(member: None) -> None:
    make_network()
    make_queues()
    make_record_class()
    run_state_machine_as_test(
        Errands,
        settings=settings(
            max_examples=4,
            stateful_step_count=12,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
