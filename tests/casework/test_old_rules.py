"""Rules replaced while a proposal waits: it is prepared again, or an official decides on reasons of their own."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import OperationalError
from django.test import Client

from tests.casework.conftest import MODEL, NOW, KeepingBooks
from tests.casework.test_decisions import signed
from tests.casework.test_pages import preparer, press, text_of
from tests.database.staff import sign_in
from torget.casework.cases.models import Case
from torget.casework.decisions.edit import edit_block
from torget.casework.decisions.models import Decision, SectionCounter
from torget.casework.decisions.prepare import prepare_case, publish_model
from torget.casework.decisions.replay import replay_all
from torget.casework.decisions.sign import MayNotSign, why_not
from torget.foundation.people.models import Employee

OTHER_REASON = MODEL.replace(b"Fyra veckor ryms", b"Fyra veckor ryms alltid")
OTHER_OUTCOME = MODEL.replace(b"[1..4]", b"[1..1]").replace(b"&gt; 4", b"&gt; 1")
OWN = {"sv": "Enligt mitt omdöme.", "fi": "Harkintani mukaan.", "en": "By my judgement."}
REASONS, LAW = 1, 2


@pytest.fixture
def official(librarian: Employee) -> Client:
    return sign_in(preparer(librarian))


@pytest.fixture
def draft(case: Case) -> Decision:
    """A person has put both the reasons and the provisions in words of their own."""
    made = prepare_case(case=case, actor="staff:1", at=NOW)
    for version, position in enumerate((REASONS, LAW), start=1):
        edit_block(decision_id=made.pk, version=version, position=position, texts=OWN, actor="staff:1", at=NOW)
    return Decision.objects.get(pk=made.pk)


def replace_rules(xml: bytes = OTHER_REASON) -> None:
    publish_model(procedure="keeping_books", xml=xml, at=NOW)


def test_a_proposal_of_replaced_rules_is_not_signed(draft: Decision, librarian: Employee) -> None:
    replace_rules()
    with pytest.raises(MayNotSign, match="old_rules"):
        signed(draft, librarian)
    with pytest.raises(IntegrityError, match="not in force"), transaction.atomic():
        Decision.objects.filter(pk=draft.pk).update(
            state="signed", signed_by=librarian, section=1, year=2026, signed_at=NOW
        )
    assert not SectionCounter.objects.exists()
    publish_model(procedure="keeping_books", xml=MODEL, at=NOW)
    assert signed(draft, librarian).section == 1


def test_who_replaces_the_rules_waits_for_a_signature_under_way(draft: Decision, librarian: Employee) -> None:
    def replace_at_once() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
                replace_rules()
        finally:
            connection.close()

    with transaction.atomic():
        signed(draft, librarian)
        with ThreadPoolExecutor(1) as pool, pytest.raises(OperationalError, match="lock timeout"):
            pool.submit(replace_at_once).result()
    replace_rules()


def test_prepared_again_words_stay_where_the_rules_say_the_same(draft: Decision, case: Case) -> None:
    replace_rules()
    again = prepare_case(case=case, actor="staff:1", at=NOW)
    assert again.blocks[LAW]["texts"] == OWN
    assert again.blocks[REASONS]["texts"]["sv"] == "Fyra veckor ryms alltid i reglerna."
    assert again.blocks[REASONS]["earlier"] == OWN
    once_more = prepare_case(case=case, actor="staff:1", at=NOW)
    assert once_more.blocks == again.blocks


@pytest.mark.parametrize(("xml", "expected"), [(OTHER_REASON, ("fine", 900)), (OTHER_OUTCOME, ("refuse", None))])
def test_a_choice_stays_while_the_rules_propose_the_same(
    official: Client, draft: Decision, case: Case, xml: bytes, expected: tuple[str, int | None]
) -> None:
    press(official, f"/staff/proposals/{draft.pk}/outcome/", outcome="fine", amount="9", **OWN)
    replace_rules(xml)
    again = prepare_case(case=case, actor="staff:1", at=NOW)
    assert (again.outcome, again.values.get("amount_cents")) == expected
    assert expected[0] in again.blocks[0]["texts"]["sv"]
    # The reasons go with the choice: a choice of a person never stands on reasons of the rules.
    stands = again.blocks[REASONS]["texts"]["sv"] == OWN["sv"]
    assert (stands, again.has_own_reasons) == (expected[0] == "fine",) * 2


def test_prepared_again_by_one_press_and_signed(official: Client, draft: Decision, case: Case) -> None:
    replace_rules()
    page = text_of(official.get(f"/staff/cases/{case.pk}/proposal/"))
    assert "cannot be signed as it is" in page
    assert f"/staff/proposals/{draft.pk}/sign/" not in page
    assert "no longer in force" in text_of(official.get(f"/staff/proposals/{draft.pk}/sign/", follow=True))
    page = text_of(official.post(f"/staff/cases/{case.pk}/prepare/", follow=True))
    assert "cannot be signed as it is" not in page
    again = Decision.objects.get(state="draft")
    earlier = f"/staff/proposals/{again.pk}/blocks/{REASONS}/?earlier"
    assert earlier in page
    press(official, earlier)
    press(official, f"/staff/proposals/{again.pk}/sign/", has_read="on")
    again.refresh_from_db()
    assert (again.state, again.blocks[REASONS]["texts"]["sv"]) == ("signed", OWN["sv"])


def test_an_official_decides_on_reasons_of_their_own(
    official: Client, draft: Decision, case: Case, librarian: Employee
) -> None:
    replace_rules()
    path = f"/staff/proposals/{draft.pk}/outcome/"
    assert press(official, path, sv="", fi="Harkintani mukaan.").status_code == 422
    coded = press(official, path, sv="Koden 131052-308T.", fi="Harkintani mukaan.")
    assert "Remove the personal identity code" in text_of(coded)
    press(official, path, outcome="refuse", sv="Enligt mitt omdöme.", fi="Harkintani mukaan.")
    press(official, f"/staff/proposals/{draft.pk}/sign/", has_read="on")
    draft.refresh_from_db()
    assert (draft.state, draft.outcome, draft.has_own_reasons) == ("signed", "refuse", True)
    written = str(draft.content)
    assert "Enligt mitt omdöme." in written
    assert "Fyra veckor" not in written
    assert [one.differences for one in replay_all()] == [()]


def test_a_clerical_error_is_corrected_whatever_became_of_the_rules(
    official: Client, case: Case, librarian: Employee, procedure: KeepingBooks
) -> None:
    decision = signed(prepare_case(case=case, actor="staff:1", at=NOW), librarian)
    replace_rules()
    official.post(f"/staff/decisions/{decision.pk}/correct/")
    correction: Any = Decision.objects.get(state="draft")
    assert why_not(correction, librarian, NOW) is None
    press(official, f"/staff/proposals/{correction.pk}/sign/", has_read="on")
    correction.refresh_from_db()
    assert correction.state == "signed"
