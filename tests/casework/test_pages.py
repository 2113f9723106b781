"""The official's pages: from the list to the signed decision, and who is kept out."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.casework.conftest import NOW, KeepingBooks, new_case
from tests.casework.test_decisions import signed
from tests.database.staff import PASSWORD, sign_in
from torget.casework.cases.models import Case
from torget.casework.core.procedure import EffectOutcome, EffectResult
from torget.casework.decisions.carry_out import carry_out_next
from torget.casework.decisions.models import Decision, DecisionMaker, Effect
from torget.casework.decisions.prepare import prepare_case
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.people.models import Employee, Role

REASONS = {"sv": "Boken är sliten.", "fi": "Kirja on kulunut."}


def preparer(employee: Employee, slug: str = "porvoo") -> Employee:
    employee.set_password(PASSWORD)
    employee.language = "en"
    employee.save()
    Role.objects.create(employee=employee, kind="preparer", municipality=Municipality.objects.get(slug=slug))
    return employee


@pytest.fixture
def official(librarian: Employee) -> Client:
    return sign_in(preparer(librarian))


def press(client: Client, path: str, **fields: Any) -> Any:
    """Open the page, fill its form in, and press."""
    form = client.get(path).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return client.post(path, {**values, **fields}, follow=True)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_from_the_list_to_the_signed_decision(official: Client, case: Case, procedure: KeepingBooks) -> None:
    assert "Åsa Övre wants to keep a book" in text_of(official.get("/staff/cases/"))
    answer = official.post(f"/staff/cases/{case.pk}/prepare/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/staff/cases/{case.pk}/proposal/"
    assert "Four weeks are within the rules." in text_of(answer)
    decision = Decision.objects.get()
    answer = press(official, f"/staff/proposals/{decision.pk}/sign/", has_read="on")
    assert answer.redirect_chain[-1][0] == f"/staff/decisions/{decision.pk}/"
    decision.refresh_from_db()
    assert (decision.state, decision.section) == ("signed", 1)
    pdf = official.get(f"/staff/decisions/{decision.pk}/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    carry_out_next(decision.signed_at) if decision.signed_at else None
    assert Case.objects.get().state == "closed"
    email = OutgoingEmail.objects.get(about=f"decision:{decision.pk}")
    assert f"/decision/{decision.token}/" in email.body
    assert "Åsa Övre may keep the book" in text_of(official.get(f"/decision/{decision.token}/"))
    looks = AuditEntry.objects.filter(subject=f"case:{case.pk}").values_list("action", flat=True)
    assert {"view proposal", "sign decision", "view decision", "view decision as PDF"} <= set(looks)


def test_two_who_sign_at_once(official: Client, case: Case) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    path = f"/staff/proposals/{decision.pk}/sign/"
    form = official.get(path).context["form"]
    values = {"version": form["version"].value(), "channel": "letter", "has_read": "on"}
    assert official.post(path, values).status_code == 302
    late = official.post(path, values, follow=True)
    assert "Somebody else has signed or replaced this proposal meanwhile" in text_of(late)
    assert Decision.objects.filter(state="signed").count() == 1


def test_a_text_changed_by_somebody_else_is_not_overwritten(official: Client, case: Case) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    path = f"/staff/proposals/{decision.pk}/blocks/1/"
    old = {"version": decision.version, "sv": "Min motivering.", "fi": "Perusteluni."}
    assert official.post(path, old).status_code == 302
    again = official.post(path, {**old, "sv": "En annan."}, follow=True)
    assert "Nothing of yours was saved" in text_of(again)
    assert Decision.objects.get().blocks[1]["texts"]["sv"] == "Min motivering."


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Hon har koden 131052-308T.", "Remove the personal identity code"),
        ("{{party.2.name}} får boken.", "not one of this case"),
        ("", "Write the text in Svenska"),
    ],
)
def test_texts_that_are_not_taken(official: Client, case: Case, text: str, complaint: str) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    answer = official.post(
        f"/staff/proposals/{decision.pk}/blocks/1/", {"version": decision.version, "sv": text, "fi": "Teksti."}
    )
    assert answer.status_code == 422
    assert complaint in text_of(answer)


def test_hostile_text_is_shown_and_not_run(official: Client, case: Case) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    hostile = '<script>alert(1)</script> {% load x %} #read("/etc/passwd") {amount_cents}'
    press(official, f"/staff/proposals/{decision.pk}/blocks/1/", sv=hostile, fi=hostile)
    assert "<script>alert" not in text_of(official.get(f"/staff/cases/{case.pk}/proposal/"))
    press(official, f"/staff/proposals/{decision.pk}/sign/", has_read="on")
    decision.refresh_from_db()
    assert decision.state == "signed"


def test_what_stands_in_a_title_is_never_looked_up(procedure: KeepingBooks, librarian: Employee) -> None:
    named = new_case(procedure, name="{{party.1.email}} {{ party.2.name }}")
    decision = signed(prepare_case(case=named, actor="worker", at=NOW), librarian)
    page = text_of(Client().get(f"/decision/{decision.token}/"))
    assert "{ {party.1.email}} { { party.2.name }}" in page
    assert "asa@example.fi" not in page


def test_another_outcome_with_a_sum_above_the_limit(official: Client, case: Case) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    path = f"/staff/proposals/{decision.pk}/outcome/"
    assert press(official, path, outcome="fine", amount="50,00").status_code == 422, "reasons of one's own are missing"
    too_much = press(official, path, outcome="fine", amount="60,01", **REASONS)
    assert "Enter at most what the fee was" in str(too_much.context["form"].errors["amount"])
    assert "The sum is above the limit" in text_of(press(official, path, outcome="fine", amount="50,01", **REASONS))
    press(official, path, outcome="fine", amount="50,00", **REASONS)
    decision.refresh_from_db()
    assert (decision.outcome, decision.values["amount_cents"]) == ("fine", 5000)
    assert [one["texts"]["sv"] for one in decision.blocks if one["kind"] == "reasons"] == [REASONS["sv"]]
    assert "Åsa Övre may keep the book: fine." in text_of(official.get(f"/staff/cases/{case.pk}/proposal/"))


def test_who_is_a_party_neither_prepares_nor_signs(official: Client, case: Case, librarian: Employee) -> None:
    decision = prepare_case(case=case, actor="worker", at=NOW)
    librarian.full_name = "Åsa Övre"
    librarian.save()
    for path in (f"/staff/proposals/{decision.pk}/sign/", f"/staff/proposals/{decision.pk}/blocks/0/"):
        assert "You are a party to this case" in text_of(official.get(path, follow=True))
    assert "You are a party" in text_of(official.post(f"/staff/cases/{case.pk}/prepare/", follow=True))
    assert AuditEntry.objects.filter(action="sign decision refused").exists()


def test_a_case_of_another_municipality_is_not_there(
    procedure: KeepingBooks, office: DecisionMaker, case: Case
) -> None:
    stranger = Employee.objects.create(username="vieras", email="v@example.fi", full_name="Vieras Virkailija")
    client = sign_in(preparer(stranger, "sipoo"))
    hidden = client.get(f"/staff/cases/{case.pk}/")
    assert (hidden.status_code, 'href="/staff/"' in text_of(hidden)) == (404, True)
    assert "No matters here" in text_of(client.get("/staff/cases/"))
    assert AuditEntry.objects.filter(action="view case refused", subject=f"case:{case.pk}").exists()


def test_found_by_name_number_and_words(official: Client, procedure: KeepingBooks, case: Case) -> None:
    new_case(procedure, name="Pekka Virtanen")
    for typed, expected in (
        ("virta", "Pekka Virtanen"),
        ("OVRE asa", "Åsa Övre"),
        ("2/12.03.01/2026", "Pekka Virtanen"),
    ):
        found = text_of(official.post("/staff/cases/", {"text": typed}, follow=True))
        assert expected in found, typed
        assert found.count('class="torget-case"') == 1, typed
    assert "No matters here" in text_of(official.post("/staff/cases/", {"text": "asa virtanen"}, follow=True))


def test_a_proposal_is_taken_back(official: Client, case: Case) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    assert press(official, f"/staff/proposals/{decision.pk}/withdraw/").status_code == 422
    press(official, f"/staff/proposals/{decision.pk}/withdraw/", reason="The form was wrong.")
    assert Decision.objects.get().state == "dropped"
    assert Case.objects.get().state == "open"


def test_a_clerical_error_is_corrected_by_a_decision_of_its_own(
    official: Client, case: Case, procedure: KeepingBooks
) -> None:
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    press(official, f"/staff/proposals/{decision.pk}/sign/", has_read="on")
    while carry_out_next(timezone.now()) is not None:
        pass
    official.post(f"/staff/decisions/{decision.pk}/correct/")
    draft = Decision.objects.get(state="draft")
    press(official, f"/staff/proposals/{draft.pk}/blocks/1/", sv="Rättad motivering.", fi="Korjattu perustelu.")
    press(official, f"/staff/proposals/{draft.pk}/sign/", has_read="on")
    draft.refresh_from_db()
    assert (draft.state, draft.section, draft.corrects_id) == ("signed", 2, decision.pk)
    assert Effect.objects.count() == 1
    assert len(procedure.done) == 1
    assert "Corrected by" in text_of(official.get(f"/staff/decisions/{decision.pk}/"))
    answer = official.post(f"/staff/decisions/{decision.pk}/correct/", follow=True)
    assert "has been corrected already" in text_of(answer)


def test_what_the_machine_could_not_do_a_person_does(official: Client, case: Case, procedure: KeepingBooks) -> None:
    procedure.answers = [EffectResult(outcome=EffectOutcome.HUMAN, detail="the system cannot do it")]
    decision = prepare_case(case=case, actor="staff:1", at=NOW)
    press(official, f"/staff/proposals/{decision.pk}/sign/", has_read="on")
    decision.refresh_from_db()
    assert decision.signed_at is not None
    carry_out_next(decision.signed_at)
    effect = Effect.objects.get()
    assert "Needs a person" in text_of(official.get(f"/staff/cases/{case.pk}/"))
    assert official.post(f"/staff/effects/{effect.pk}/", {"done": "1", "note": ""}).status_code == 422
    official.post(f"/staff/effects/{effect.pk}/", {"done": "1", "note": "Extended at the desk."})
    effect.refresh_from_db()
    assert (effect.state, effect.detail) == ("done", "Extended at the desk.")
    assert Case.objects.get().state == "closed"


def test_a_name_that_is_an_attack_is_only_a_name(official: Client, procedure: KeepingBooks) -> None:
    name = '<script>alert(1)</script> {{party.2.name}} {% now "Y" %} #panic() ${x} 131052-308T'
    attacked = new_case(procedure, name=name)
    decision = prepare_case(case=attacked, actor="staff:1", at=NOW)
    for path in ("/staff/cases/", f"/staff/cases/{attacked.pk}/", f"/staff/cases/{attacked.pk}/proposal/"):
        assert "<script>alert" not in text_of(official.get(path))
    assert "131052-308T" not in text_of(official.get("/staff/cases/"))
    press(official, f"/staff/proposals/{decision.pk}/sign/", has_read="on")
    decision.refresh_from_db()
    assert decision.state == "signed"
    press(official, f"/staff/decisions/{decision.pk}/publish/", names="hidden")
    public = text_of(Client().get(f"/decisions/porvoo/{decision.pk}/"))
    assert "alert(1)" not in public
    assert "131052" not in public
