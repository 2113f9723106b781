"""Any decision run again gives the same; whatever was changed since shows."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.casework.conftest import NOW, KeepingBooks, new_case
from torget.casework.cases.models import Case, CaseDocument, Party
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.decisions import document
from torget.casework.decisions.models import Decision, DecisionMaker, Evaluation, FactRecord, RuleModel
from torget.casework.decisions.prepare import prepare_case, publish_model
from torget.casework.decisions.replay import replay_all
from torget.casework.decisions.sign import sign_decision
from torget.foundation.people.models import Employee

TEMPLATE_SHA256 = "d183cf4fa6384a445339528b96f7d97f994b362b4f2ee6a3626cf19d14fb283d"


@pytest.fixture
def signed(case: Case, librarian: Employee) -> Decision:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    return sign_decision(
        decision_id=decision.pk, version=decision.version, employee=librarian, channel=NoticeChannel.LETTER, at=NOW
    )


def differences() -> list[tuple[str, ...]]:
    return [one.differences for one in replay_all()]


def test_all_are_the_same_and_stay_so_when_offices_people_and_rules_change(
    signed: Decision, procedure: KeepingBooks, librarian: Employee
) -> None:
    DecisionMaker.objects.update(titles={"sv": "Ny", "fi": "Uusi", "en": "New"}, contact_name="Somebody else")
    librarian.full_name = "Maija Uusinimi"
    librarian.save()
    Case.objects.update(titles={"sv": "x", "fi": "y", "en": "z"})
    publish_model(procedure="keeping_books", xml=bytes(RuleModel.objects.get().xml) + b"\n", at=NOW)
    procedure.weeks = 9
    prepare_case(case=new_case(procedure), actor="staff:1", at=NOW)
    assert differences() == [()]
    out = StringIO()
    call_command("replay", stdout=out)
    assert out.getvalue() == "1 decisions are the same, 0 differ.\n"


def _in_one_language() -> dict[str, Any]:
    content = dict(Decision.objects.get().content or {})
    return {**content, "parts": content["parts"][:1]}


def _behind_the_back(change: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        change()
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda: Evaluation.objects.update(outcome="refuse"), ("outcome",)),
        (lambda: Evaluation.objects.update(trace={}), ("trace",)),
        (
            lambda: FactRecord.objects.update(
                canonical=FactRecord.objects.get().canonical.replace('"value":2', '"value":3')
            ),
            ("facts", "trace"),
        ),
        (lambda: RuleModel.objects.update(xml=bytes(RuleModel.objects.get().xml).replace(b"[1..4]", b"[3..4]")),
         ("model", "outcome", "route", "reasons", "trace")),
        (lambda: CaseDocument.objects.update(content=b"%PDF-forged"), ("seal",)),
        (lambda: Decision.objects.update(content=_in_one_language()), ("document",)),
        (lambda: Party.objects.update(erased_at=NOW), ("persons erased",)),
    ],
)  # fmt: skip
def test_what_was_changed_shows(signed: Decision, change: Any, expected: tuple[str, ...]) -> None:
    _behind_the_back(change)
    assert differences() == [expected]
    with pytest.raises(SystemExit):
        call_command("replay", stdout=StringIO())


def test_a_template_that_has_been_signed_with_never_changes() -> None:
    """A new look is a new file: copy decision-1.typ to decision-2.typ and name that in document.py."""
    import hashlib

    folder = Path(document.__file__).parent
    assert hashlib.sha256((folder / "decision-1.typ").read_bytes()).hexdigest() == TEMPLATE_SHA256
