"""Row-level security: no row of one municipality is reached with the scope of another, whatever the code forgets."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.casework.conftest import NOW, KeepingBooks, new_case
from torget.casework.cases.models import Case
from torget.casework.cases.register import log_action
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.decisions.models import Decision, DecisionMaker, OfficeHolder, Power
from torget.casework.decisions.prepare import prepare_case
from torget.casework.decisions.sign import sign_decision
from torget.casework.publication.publish import publish_decision
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Employee
from torget.foundation.staff.scope import scoped

APPS = ("cases", "decisions", "publication")
OPEN_TO_ALL = {
    "cases.RecordClass": "the plan of all",
    "decisions.DecisionMaker": "offices are public",
    "decisions.Power": "offices are public",
    "decisions.OfficeHolder": "offices are public",
    "decisions.RuleModel": "rules are public",
    "decisions.Commissioning": "published by law",
    "decisions.SectionCounter": "a number of no person",
}
OWNER = {
    "cases.Case": "municipality_id",
    "cases.CaseWord": "municipality_id",
    "cases.CaseNumberCounter": "municipality_id",
    "cases.Party": "case__municipality_id",
    "cases.CaseDocument": "case__municipality_id",
    "cases.CaseAction": "case__municipality_id",
    "decisions.FactRecord": "case__municipality_id",
    "decisions.Evaluation": "case__municipality_id",
    "decisions.Decision": "case__municipality_id",
    "decisions.Effect": "decision__case__municipality_id",
    "publication.Publication": "decision__case__municipality_id",
}


def models() -> dict[str, type[Model]]:
    return {model._meta.label: model for app in APPS for model in apps.get_app_config(app).get_models()}


def test_every_table_is_secured_or_named_as_open(django_db_setup: None, committed_db: None) -> None:
    assert set(models()) == set(OPEN_TO_ALL) | set(OWNER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        secured = {name for (name,) in cursor.fetchall()}
    assert {models()[label]._meta.db_table for label in OWNER} <= secured


def reached(label: str) -> set[int]:
    return set(models()[label]._default_manager.values_list(OWNER[label], flat=True))


class TwoMunicipalities(RuleBasedStateMachine):
    """People of two municipalities do what officials do, in any order; each looks with every scope."""

    procedure: KeepingBooks

    def __init__(self) -> None:
        super().__init__()
        self.owners = dict(Municipality.objects.filter(slug__in=["porvoo", "sipoo"]).values_list("slug", "pk"))
        self.at = NOW

    @initialize()
    def begin(self) -> None:
        for slug in self.owners:
            self.open_case(slug)

    def _scope(self, slug: str) -> Any:
        return scoped({self.owners[slug]})

    @rule(slug=st.sampled_from(["porvoo", "sipoo"]))
    def open_case(self, slug: str) -> None:
        with self._scope(slug):
            new_case(self.procedure, slug=slug)

    @rule(slug=st.sampled_from(["porvoo", "sipoo"]))
    def decide(self, slug: str) -> None:
        with self._scope(slug):
            case = Case.objects.filter(state="open").first()
            if case is None:
                return
            decision = prepare_case(case=case, actor="staff:1", at=self.at)
            signed = sign_decision(
                decision_id=decision.pk,
                version=decision.version,
                employee=Employee.objects.get(username=f"official.{slug}"),
                channel=NoticeChannel.LETTER,
                at=self.at,
            )
            publish_decision(decision_id=signed.pk, shows_names=True, actor="staff:1", at=self.at)

    @rule(slug=st.sampled_from(["porvoo", "sipoo"]))
    def reach_for_the_other(self, slug: str) -> None:
        """By id, by update, by delete, by raw SQL, and by writing into the other's register."""
        other = next(one for one in self.owners if one != slug)
        theirs = list(Case.objects.filter(municipality_id=self.owners[other]))
        decisions = list(Decision.objects.filter(case__in=theirs).values_list("pk", flat=True))
        with self._scope(slug):
            assert not Case.objects.filter(pk__in=[one.pk for one in theirs]).exists()
            assert Case.objects.filter(pk__in=[one.pk for one in theirs]).update(state="closed") == 0
            assert not Decision.objects.filter(pk__in=decisions).exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM cases_party p WHERE p.case_id = ANY(%s)", [[o.pk for o in theirs]])
                assert cursor.fetchone() == (0,)
            with pytest.raises(Case.DoesNotExist), transaction.atomic():
                log_action(theirs[0], kind="opened", actor="staff:1", at=self.at)
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                new_case(self.procedure, slug=other)

    @rule()
    def nobody_without_a_municipality(self) -> None:
        with scoped(set()):
            assert all(not reached(label) for label in OWNER)

    @invariant()
    def each_reaches_exactly_its_own(self) -> None:
        everything = {label: reached(label) for label in OWNER}
        for owner in self.owners.values():
            with scoped({owner}):
                assert all(reached(label) == everything[label] & {owner} for label in OWNER)
                with transaction.atomic():
                    assert reached("cases.Case") == {owner}
        with scoped(set(self.owners.values())):
            assert reached("cases.Case") == set(self.owners.values())
        assert everything["cases.Case"] == set(self.owners.values())


def test_two_municipalities_never_meet(procedure: KeepingBooks, office: DecisionMaker, member: None) -> None:
    for slug in ("porvoo", "sipoo"):
        owner = Municipality.objects.get(slug=slug)
        texts = {"sv": "Chef", "fi": "Johtaja", "en": "Head"}
        maker, _ = DecisionMaker.objects.get_or_create(
            municipality=owner,
            code="librarian",
            defaults={
                "titles": texts,
                "organ_above": texts,
                "contact_name": "Registry",
                "contact_email": "r@example.fi",
                "contact_phone": "1",
            },
        )
        Power.objects.get_or_create(
            decision_maker=maker, procedure="keeping_books", defaults={"limit_cents": None, "basis": texts}
        )
        official = Employee.objects.create(username=f"official.{slug}", full_name=f"Official of {slug}")
        OfficeHolder.objects.create(decision_maker=maker, employee=official, since=NOW.date() - timedelta(days=9))
    machine = type("Machine", (TwoMunicipalities,), {"procedure": procedure})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=5, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_scope_ends_with_its_transaction_and_its_request(case: Case, member: None) -> None:
    """What a pooled connection would carry to the next request."""
    with scoped(set()):
        assert not Case.objects.exists()
        with transaction.atomic():
            assert not Case.objects.exists()
            with transaction.atomic():
                assert not Case.objects.exists()
    assert Case.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('torget.municipalities', true)")
        assert not cursor.fetchone()[0]


def test_a_scope_holds_for_long_reads_and_after_errors(case: Case, member: None) -> None:
    with scoped(set()):
        assert list(Case.objects.iterator(chunk_size=1)) == []
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing")
        assert not Case.objects.exists()
