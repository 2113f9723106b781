"""A municipality with an office that decides, and a small procedure of its own: books that somebody wants to keep."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.network import make_network
from torget.casework.cases.models import Case, RecordClass
from torget.casework.cases.register import PersonFacts, open_case
from torget.casework.core import rules
from torget.casework.core.acts import ActKind, Remedy
from torget.casework.core.facts import Fact, FactSet, FactValue, Proposal
from torget.casework.core.procedure import (
    Block,
    EffectOrder,
    EffectOutcome,
    EffectResult,
    Subject,
    register_procedure,
)
from torget.casework.decisions.models import DecisionMaker, OfficeHolder, Power
from torget.casework.decisions.prepare import publish_model
from torget.casework.decisions.seal import make_test_seal
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FINE_MAX = 6000
MODEL = (Path(__file__).parent / "keeping_books.dmn").read_bytes()


def texts(text: str) -> dict[str, str]:
    return {"sv": f"{text} (sv)", "fi": f"{text} (fi)", "en": f"{text} (en)"}


@dataclass
class KeepingBooks:
    """Somebody asks to keep a book for longer: short is granted by itself, long is for a person."""

    weeks: FactValue = 2
    done: list[str] = field(default_factory=list)
    answers: list[EffectResult] = field(default_factory=list)

    slug = "keeping_books"
    names = texts("Keeping books")
    act_kind = ActKind.DECISION
    remedy = Remedy.RECTIFICATION
    record_class = "12.03.01"
    handling_days = 10
    outcomes = {"grant": texts("Grant"), "refuse": texts("Refuse"), "fine": texts("Fine")}
    outcomes_with_amount = frozenset({"fine"})
    fact_labels = {"weeks": texts("Weeks")}
    fact_value_words: Mapping[str, Mapping[str, dict[str, str]]] = field(default_factory=dict)
    effect_names = {"extend": texts("Longer loan")}
    words = {"book": texts("book"), "the system cannot do it": texts("The system cannot do it")}
    may_be_automatic = True
    model_xml = MODEL

    def collect_facts(self, *, subject: Subject, at: datetime) -> FactSet:
        book = f"book {subject['book']}"
        return FactSet((Fact(name="weeks", value=self.weeks, source="form", source_reference=book, read_at=at),))

    def amount_cents_max(self, facts: FactSet) -> int | None:
        return FINE_MAX

    def propose(self, *, facts: FactSet, model_xml: bytes) -> Proposal:
        return rules.propose(facts=facts, model_xml=model_xml)

    def blocks(self, *, facts: FactSet, proposal: Proposal) -> Sequence[Block]:
        return (
            Block(kind="decision", texts=texts(f"{{{{party.1.name}}}} may keep the book: {proposal.outcome}.")),
            *(Block(kind="reasons", texts=reason.texts) for reason in proposal.reasons),
            Block(kind="law", texts=texts("Library rules, section 4")),
        )

    def effects(
        self, *, decision_id: int, subject: Subject, outcome: str, values: Mapping[str, Any]
    ) -> Sequence[EffectOrder]:
        if outcome != "grant":
            return ()
        return (EffectOrder(key=f"decision:{decision_id}:1", kind="extend", payload={"book": subject["book"]}),)

    def carry_out(self, order: EffectOrder, *, at: datetime) -> EffectResult:
        self.done.append(order.key)
        return self.answers.pop(0) if self.answers else EffectResult(outcome=EffectOutcome.DONE)


@pytest.fixture(scope="session")
def seal_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seal")
    make_test_seal(folder, "Porvoo (test)")
    return folder


@pytest.fixture
def office(committed_db: None, seal_folder: Path) -> Iterator[DecisionMaker]:
    make_network()
    settings.SEAL_KEY, settings.SEAL_CERTIFICATE = str(seal_folder / "seal-key.pem"), str(seal_folder / "seal.pem")
    settings.SEAL_CHAIN = [str(seal_folder / "authority.pem")]
    RecordClass.objects.create(
        code="12.03.01", names=texts("Library use"), publicity=1, retention_years=6, retention_basis="final decision"
    )
    maker = DecisionMaker.objects.create(
        municipality=Municipality.objects.get(slug="porvoo"),
        code="librarian",
        titles={"sv": "Bibliotekschef", "fi": "Kirjastonjohtaja", "en": "Head of the library"},
        organ_above={"sv": "bildningsnämnden", "fi": "sivistyslautakunta", "en": "the education board"},
        contact_name="Registry",
        contact_email="registry@porvoo.example.fi",
        contact_phone="+358 19 000 001",
    )
    Power.objects.create(
        decision_maker=maker, procedure="keeping_books", limit_cents=5000, basis=texts("Rules of procedure, 24 §")
    )
    yield maker
    settings.SEAL_KEY = settings.SEAL_CERTIFICATE = ""


@pytest.fixture
def librarian(office: DecisionMaker) -> Employee:
    employee = Employee.objects.create(username="maija", email="maija@porvoo.example.fi", full_name="Maija Mallikas")
    OfficeHolder.objects.create(decision_maker=office, employee=employee, since=NOW.date())
    return employee


@pytest.fixture
def procedure(office: DecisionMaker) -> KeepingBooks:
    keeping_books = KeepingBooks()
    register_procedure(keeping_books)
    publish_model(procedure="keeping_books", xml=MODEL, at=NOW)
    return keeping_books


@pytest.fixture
def case(procedure: KeepingBooks) -> Case:
    return new_case(procedure)


def new_case(procedure: KeepingBooks, *, name: str = "Åsa Övre", slug: str = "porvoo", patron: str = "") -> Case:
    from django.db import transaction

    municipality = Municipality.objects.get(slug=slug)
    who = {"library_system": "helle", "patron_reference": patron} if patron else {}
    with transaction.atomic():
        return open_case(
            municipality_id=municipality.pk,
            municipality_number=municipality.number,
            procedure=procedure,
            titles=texts(f"{name} wants to keep a book"),
            public_titles=texts("Keeping a book"),
            language="sv",
            subject={"book": 7, **who},
            parties=[PersonFacts(role="applicant", name=name, email="asa@example.fi")],
            origin="conversation:1",
            actor="staff:1",
            at=NOW,
        )
