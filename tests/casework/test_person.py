"""Everything that casework knows of a person is told; an open matter holds an erasure up, a closed one outlives it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.casework.conftest import NOW, KeepingBooks, new_case
from torget.casework.cases.models import Case, CaseAction, CaseDocument, Party
from torget.casework.cases.register import add_document, first_broken_action, party_tokens
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.correct import start_correction
from torget.casework.decisions.models import Decision, FactRecord
from torget.casework.decisions.prepare import prepare_case
from torget.casework.decisions.sign import sign_decision
from torget.casework.publication.expire import expire_next
from torget.casework.publication.publish import publish_decision
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.person import Erasure, Person, Section
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.people.models import Employee
from torget.foundation.retention.person import erase_person, export_person
from torget.foundation.retention.policy import policy
from torget.foundation.retention.run import carry_out
from torget.foundation.retention.words import COLUMNS, SECTIONS

PERSON = Person(library_system="helle", reference="p1")
LETTER = b"Please let me keep the book."


def told() -> dict[str, Section]:
    return {one.code: one for one in export_person(person=PERSON, actor="operator", why="asked", at=NOW)}


def erase(*, is_trial: bool = False) -> Erasure:
    return erase_person(person=PERSON, actor="operator", why="asked", at=NOW, is_trial=is_trial)


def decide(case: Case, employee: Employee) -> Decision:
    """All the way: signed, told, published, carried out and closed."""
    decision = prepare_case(case=case, actor=f"staff:{employee.pk}", at=NOW)
    signed = sign_decision(
        decision_id=decision.pk,
        version=decision.version,
        employee=employee,
        channel=NoticeChannel.ELECTRONIC,
        at=NOW,
    )
    publish_decision(decision_id=signed.pk, shows_names=True, actor=f"staff:{employee.pk}", at=NOW)
    while carry_out_next(NOW):
        pass
    return signed


@pytest.fixture
def theirs(procedure: KeepingBooks) -> Case:
    """A person's open matter with a letter, and somebody else's."""
    new_case(procedure, name="Börje Bredvid", patron="p2")
    case = new_case(procedure, patron="p1")
    with transaction.atomic():
        add_document(
            case,
            kind="application",
            title="../letter",
            content=LETTER,
            media_type="text/plain; charset=utf-8",
            actor="patron:1",
            at=NOW,
        )
    return case


def test_matters_are_told_with_everything_in_them(theirs: Case, librarian: Employee, tmp_path: Path) -> None:
    decide(theirs, librarian)
    arguments = ("--library-system", "helle", "--reference", "p1", "--why", "asked at the desk")
    call_command("person", "export", *arguments, "--out", str(tmp_path), "--language", "fi")
    text = (tmp_path / "person.json").read_text()
    found = json.loads(text)["sections"]
    (case,), (decision,), (party,) = found["cases"], found["decisions"], found["case_parties"]
    assert (case["case_number"], case["state"], case["municipality"]) == (theirs.number, "closed", "porvoo")
    assert (party["name"], party["email"]) == ("Åsa Övre", "asa@example.fi")
    assert "Åsa Övre may keep the book: grant. (sv)" in decision["body"]
    assert "{{" not in decision["body"]
    assert decision["section"] == "1 § 2026"
    assert decision["signed_at"].startswith("2026-11-24T10:00")
    (fact,) = found["case_facts"]
    assert (fact["fact"], fact["value"], fact["source"], fact["source_reference"]) == (
        "Weeks (sv)",
        "2",
        "form",
        "book 7",
    )
    assert [row["event"] for row in found["case_steps"]] == list(
        CaseAction.objects.filter(case=theirs).order_by("number").values_list("kind", flat=True)
    )
    assert found["effects"][0]["state"] == "done"
    assert found["publications"][0]["shows_names"] is True
    assert found["decision_notices"][0]["recipient"] == "asa@example.fi"
    assert "Börje" not in text
    assert "Kirjatut asiat" in (tmp_path / "person.html").read_text()
    for row in found["case_documents"]:
        file = tmp_path / row["file"]
        assert file.resolve().parent == tmp_path / "documents"
        assert file.stat().st_mode & 0o077 == 0
    contents = {(tmp_path / row["file"]).read_bytes() for row in found["case_documents"]}
    assert contents == {bytes(one.content) for one in CaseDocument.objects.filter(case=theirs)} >= {LETTER}


def test_matters_of_every_municipality_are_told(procedure: KeepingBooks, theirs: Case) -> None:
    """The command has no scope of row-level security, so it reaches all of them."""
    new_case(procedure, slug="sipoo", patron="p1")
    sections = told()
    assert {row["municipality"] for row in sections["cases"].rows} == {"porvoo", "sipoo"}


def test_a_matter_without_a_patron_is_found_by_the_address(
    procedure: KeepingBooks, theirs: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It came by e-mail, and nobody signed in. Whoever has the same address and a card is told nothing of it."""
    by_letter = new_case(procedure, name="Åsa Brev")
    call_command("person", "export", "--email", " Asa@Example.fi ", "--why", "wrote again", "--out", str(tmp_path))
    told_by_address = json.loads((tmp_path / "person.json").read_text())["sections"]
    assert [row["case_number"] for row in told_by_address["cases"]] == [by_letter.number]
    assert "Åsa Brev" in json.dumps(told_by_address, ensure_ascii=False)
    assert "asa@example.fi" in (tmp_path / "person.html").read_text()
    assert [row["case_number"] for row in told()["cases"].rows] == [theirs.number]
    both = Person(library_system="helle", reference="p1", emails=frozenset({"asa@example.fi"}))
    sections = export_person(person=both, actor="operator", why="asked", at=NOW)
    (cases,) = [one for one in sections if one.code == "cases"]
    assert {row["case_number"] for row in cases.rows} == {theirs.number, by_letter.number}
    with pytest.raises(SystemExit):
        call_command("person", "erase", "--email", "asa@example.fi", "--why", "asked")
    assert f"Matter {by_letter.number} of porvoo is not closed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--reference, --card or --email"):
        call_command("person", "export", "--why", "asked", "--out", str(tmp_path))


def test_every_section_and_column_has_its_word(theirs: Case, librarian: Employee) -> None:
    decide(theirs, librarian)
    sections = told()
    assert sections.keys() >= {"cases", "case_documents", "case_facts", "decisions", "effects", "decision_audit"}
    assert sections.keys() <= SECTIONS.keys()
    assert {key for section in sections.values() for row in section.rows for key in row} <= COLUMNS.keys()


def test_what_is_being_prepared_is_told_when_it_is_signed(theirs: Case, librarian: Employee) -> None:
    prepare_case(case=theirs, actor="worker", at=NOW)
    assert "decisions" not in told()


def test_an_open_matter_holds_an_erasure_up(theirs: Case, librarian: Employee) -> None:
    assert erase().obstacles == [f"Matter {theirs.number} of porvoo is not closed: open."]
    signed = decide(theirs, librarian)
    assert erase(is_trial=True).obstacles == []
    start_correction(decision_id=signed.pk, actor="staff:1", at=NOW)
    assert erase().obstacles == [f"A correction in matter {theirs.number} is not signed."]


def test_a_closed_matter_stays_and_the_erasure_says_so(theirs: Case, librarian: Employee) -> None:
    decide(theirs, librarian)
    OutgoingEmail.objects.update(sent_at=NOW)
    models = (Party, CaseDocument, CaseAction, Decision, FactRecord)
    before = [list(model._default_manager.order_by("pk").values()) for model in models]
    trial, done = erase(is_trial=True), erase()
    assert (trial.kept, trial.rows) == (done.kept, done.rows)
    assert done.rows["decision_notices"] == 1
    assert not OutgoingEmail.objects.exists()
    matter, web = done.kept
    assert matter.startswith(f"Matter {theirs.number} of porvoo stays 6 years")
    assert "shows names on the web until" in web
    assert AuditEntry.objects.get(action="erase person").detail["kept"] == done.kept
    assert [list(model._default_manager.order_by("pk").values()) for model in models] == before
    assert party_tokens(theirs)["party.1.name"] == "Åsa Övre"
    assert first_broken_action(theirs) is None
    assert expire_next(NOW + timedelta(days=90)) is not None
    assert len(erase().kept) == 1


def test_the_policy_keeps_matters_as_long_as_the_plan_says(theirs: Case, librarian: Employee) -> None:
    decide(theirs, librarian)
    rule = next(one for one in policy() if one.code == "matters")
    networks = Path(__file__).parents[2] / "torget" / "config" / "networks"
    years = {
        row["retention_years"]
        for file in networks.glob("*/offices.json")
        for row in json.loads(file.read_text())["record_classes"]
    }
    assert years == {rule.period.number}
    carry_out(at=NOW + timedelta(days=20 * 366), actor="test")
    assert Case.objects.filter(pk=theirs.pk, state="closed").exists()
    assert Decision.objects.filter(case=theirs).exists()
