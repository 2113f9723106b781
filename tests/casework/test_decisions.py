"""From a case to a signed decision and what follows from it."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, OperationalError
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.casework.archive import archive_faults
from tests.casework.conftest import MODEL, NOW, KeepingBooks, new_case
from torget.casework.cases.models import Case, CaseAction
from torget.casework.cases.register import first_broken_action
from torget.casework.core.deadlines import NoticeChannel
from torget.casework.core.procedure import EffectOutcome, EffectResult
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.drafts import ChangedMeanwhile
from torget.casework.decisions.models import Commissioning, Decision, DecisionMaker, Effect, RuleModel
from torget.casework.decisions.prepare import prepare_case, publish_model, replay
from torget.casework.decisions.sign import (
    Incomplete,
    MayNotSign,
    rebuild_pdf,
    sign_automatically,
    sign_decision,
)
from torget.foundation.people.models import Employee


def signed(decision: Decision, employee: Employee) -> Decision:
    return sign_decision(
        decision_id=decision.pk,
        version=decision.version,
        employee=employee,
        channel=NoticeChannel.ELECTRONIC,
        at=NOW,
    )


def trusting(folder: Path) -> ValidationContext:
    root = load_cert_from_pemder(str(folder / "authority.pem"))  # type: ignore[no-untyped-call]
    return ValidationContext(trust_roots=[root])


def commission(office: DecisionMaker) -> Commissioning:
    return Commissioning.objects.create(
        municipality=office.municipality,
        procedure="keeping_books",
        rule_model=RuleModel.objects.get(procedure="keeping_books", withdrawn_at=None),
        reasons={"sv": "s", "fi": "f", "en": "e"},
        documents=["rules"],
        go_live_on=NOW.date(),
        decided_at=NOW,
        decision_maker=office,
        contact="registry@porvoo.example.fi",
    )


def test_a_case_inherits_from_its_class_and_its_number_is_written_our_way(case: Case) -> None:
    assert (case.number, case.publicity, case.state) == ("1/12.03.01/2026", 1, "open")


def test_the_rules_propose_and_say_why(case: Case, procedure: KeepingBooks) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    assert decision.evaluation is not None
    assert (decision.outcome, decision.evaluation.route) == ("grant", "automatic")
    assert decision.evaluation.reasons[0]["legal_reference"] == "Biblioteksreglerna 4 §"
    assert decision.evaluation.trace["tables"][0]["matched"] == [1]


def test_a_missing_fact_means_a_person_and_never_a_refusal(case: Case, procedure: KeepingBooks) -> None:
    procedure.weeks = None
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    assert decision.evaluation is not None
    assert (decision.outcome, decision.evaluation.route) == ("", "human")


def test_a_signed_decision_is_numbered_sealed_and_archivable(
    case: Case, librarian: Employee, seal_folder: Path
) -> None:
    decision = signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    assert (decision.section, decision.year) == (1, 2026)
    assert decision.last_day_to_appeal == date(2026, 12, 11)
    assert decision.document is not None
    sealed = bytes(decision.document.content)
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        metadata = pdf.open_metadata()
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfuaid:part"] == "1"
        assert pdf.Root.Lang == "sv-FI"
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    status = validate_pdf_signature(signature, trusting(seal_folder))
    assert status.intact
    assert status.valid
    assert status.trusted
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_a_changed_byte_breaks_the_seal(case: Case, librarian: Employee, seal_folder: Path) -> None:
    decision = signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    assert decision.document is not None
    changed = bytes(decision.document.content).replace(b"/FI", b"/SE", 1)
    changed = changed if changed != bytes(decision.document.content) else changed[:600] + b"#" + changed[601:]
    (signature,) = PdfFileReader(io.BytesIO(changed), strict=False).embedded_signatures
    assert not validate_pdf_signature(signature, trusting(seal_folder)).intact


def test_replay_gives_the_same_outcome_trace_and_bytes(case: Case, librarian: Employee) -> None:
    decision = Decision.objects.get(pk=signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian).pk)
    evaluation = decision.evaluation
    assert evaluation is not None
    again = replay(evaluation)
    assert (again.outcome, again.trace, again.facts_sha256) == (
        evaluation.outcome,
        evaluation.trace,
        evaluation.facts.sha256,
    )
    assert again.model_sha256 == hashlib.sha256(MODEL).hexdigest()
    assert hashlib.sha256(rebuild_pdf(decision)).hexdigest() == decision.unsealed_sha256


def test_what_is_signed_never_changes(case: Case, librarian: Employee) -> None:
    decision = signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    with pytest.raises((IntegrityError, InternalError)):
        Decision.objects.filter(pk=decision.pk).update(outcome="refuse")


def test_two_officials_cannot_both_sign(case: Case, librarian: Employee) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    signed(decision, librarian)
    with pytest.raises(ChangedMeanwhile):
        signed(decision, librarian)


@pytest.mark.parametrize("why", ["no_office", "above_limit", "is_party", "no_power"])
def test_who_may_not_sign(case: Case, librarian: Employee, office: DecisionMaker, why: str) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    if why == "no_office":
        office.holders.update(until=NOW.date() - timedelta(days=1))
    elif why == "above_limit":
        Decision.objects.filter(pk=decision.pk).update(values={"amount_cents": 5001})
    elif why == "is_party":
        librarian.full_name = "Åsa Övre"
        librarian.save()
    else:
        office.powers.all().delete()
    with pytest.raises(MayNotSign, match=why):
        signed(decision, librarian)
    assert Decision.objects.get(pk=decision.pk).state == "draft"


def test_an_incomplete_decision_uses_no_number(case: Case, librarian: Employee, procedure: KeepingBooks) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    Decision.objects.filter(pk=decision.pk).update(
        blocks=[block for block in decision.blocks if block["kind"] != "reasons"]
    )
    with pytest.raises(Incomplete, match="reasons"):
        signed(decision, librarian)
    assert signed(prepare_case(case=new_case(procedure), actor="staff:1", at=NOW), librarian).section == 1


def test_fifty_signers_leave_no_gap(procedure: KeepingBooks, librarian: Employee) -> None:
    drafts = [prepare_case(case=new_case(procedure), actor="staff:1", at=NOW) for _ in range(50)]

    def sign(decision: Decision) -> int | None:
        try:
            return signed(decision, librarian).section
        except OperationalError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        sections = sorted(section for section in pool.map(sign, drafts) if section is not None)
    assert sections == list(range(1, len(sections) + 1))
    assert len(sections) == 50


def test_nothing_is_automatic_without_a_commissioning(case: Case, procedure: KeepingBooks) -> None:
    decision = prepare_case(case=case, actor="worker", at=NOW)
    with pytest.raises(MayNotSign, match="not_commissioned"):
        sign_automatically(decision_id=decision.pk, channel=NoticeChannel.ELECTRONIC, at=NOW)


def test_the_database_refuses_an_automatic_decision_of_another_model(case: Case, office: DecisionMaker) -> None:
    decision = prepare_case(case=case, actor="worker", at=NOW)
    in_force = commission(office)
    Commissioning.objects.filter(pk=in_force.pk).update(
        rule_model=RuleModel.objects.create(procedure="other", sha256="0" * 64, xml=b"", added_at=NOW)
    )
    with pytest.raises(IntegrityError, match="no commissioning"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE decisions_decision SET is_automatic = true, commissioning_id = %s, state = 'signed' WHERE id = %s",
            [in_force.pk, decision.pk],
        )


def test_a_model_withdrawn_since_decides_nothing_by_itself(case: Case, office: DecisionMaker) -> None:
    made = commission(office)
    decision = prepare_case(case=case, actor="worker", at=NOW)
    publish_model(procedure="keeping_books", xml=MODEL + b"\n", at=NOW)
    assert made.stopped_at is None
    with pytest.raises(MayNotSign, match="not_commissioned"):
        sign_automatically(decision_id=decision.pk, channel=NoticeChannel.LETTER, at=NOW)
    assert Decision.objects.get().state == "draft"


def test_the_year_of_a_section_begins_at_midnight_in_finland(procedure: KeepingBooks, librarian: Employee) -> None:
    numbers = []
    for at in (datetime(2026, 12, 31, 21, 59, tzinfo=UTC), datetime(2026, 12, 31, 22, 0, tzinfo=UTC)):
        draft = prepare_case(case=new_case(procedure), actor="staff:1", at=at)
        made = sign_decision(
            decision_id=draft.pk, version=draft.version, employee=librarian, channel=NoticeChannel.LETTER, at=at
        )
        numbers.append((made.section, made.year))
    assert numbers == [(1, 2026), (1, 2027)]


def test_the_sealed_document_keeps_what_its_standards_ask(case: Case, librarian: Employee) -> None:
    """Not a validation: veraPDF is the judge of that. These are the rules that can be looked at with pikepdf."""
    decision = signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    assert decision.document is not None
    with pikepdf.open(io.BytesIO(bytes(decision.document.content))) as pdf:
        assert archive_faults(pdf) == []
        del pdf.Root["/StructTreeRoot"], pdf.Root["/Lang"]
        next(iter(pdf.pages[0].obj["/Resources"]["/Font"].values()))["/DescendantFonts"][0]["/FontDescriptor"] = {}
        assert len(archive_faults(pdf)) >= 3


def test_an_effect_is_done_once_and_the_case_is_closed(
    case: Case, librarian: Employee, procedure: KeepingBooks
) -> None:
    procedure.answers = [EffectResult(outcome=EffectOutcome.LATER, detail="library down")]
    decision = signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    later = NOW + timedelta(hours=1)
    assert carry_out_next(NOW) is not None
    assert carry_out_next(NOW) is None
    assert carry_out_next(later) is not None
    assert carry_out_next(later + timedelta(days=1)) is None
    assert procedure.done == [f"decision:{decision.pk}:1"] * 2
    assert Effect.objects.get().state == "done"
    assert Case.objects.get(pk=case.pk).state == "closed"


def test_the_log_shows_a_change(case: Case, librarian: Employee) -> None:
    signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    assert first_broken_action(case) is None
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        CaseAction.objects.filter(case=case, number=2).update(actor="staff:2")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert first_broken_action(case) == 2
