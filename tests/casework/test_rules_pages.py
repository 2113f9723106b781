"""The rules as officials see them, and how a new version is taken into use."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.casework.conftest import NOW, KeepingBooks
from tests.casework.test_pages import press, text_of
from tests.database.staff import PASSWORD, sign_in
from torget.casework.cases.models import Case
from torget.casework.decisions.commission import commission
from torget.casework.decisions.models import Commissioning, DecisionMaker, RuleModel
from torget.casework.decisions.prepare import prepare_case
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.foundation.people.models import Employee, Role
from torget.foundation.people.second_factor.demo import enrol_for_demo

PATH = "/staff/rules/keeping_books/"


def hire(username: str, *kinds: str) -> Client:
    employee = Employee.objects.create_user(
        username=username, password=PASSWORD, email=f"{username}@example.fi", full_name=username, language="en"
    )
    for kind in kinds:
        Role.objects.create(employee=employee, kind=kind, municipality=Municipality.objects.get(slug="porvoo"))
    enrol_for_demo(employee)
    return sign_in(employee)


@pytest.fixture
def keeper(case: Case) -> Client:
    porvoo = Municipality.objects.get(slug="porvoo")
    Cooperation.objects.create(slug="decisions", service="decisions", names={"fi": "P"}, coordinator=porvoo, theme={})
    prepare_case(case=case, actor="staff:1", at=NOW)
    return hire("keeper", "coordinator", "preparer")


def changed_tables(client: Client, change: Any) -> SimpleUploadedFile:
    book = load_workbook(BytesIO(client.get(f"{PATH}tables.xlsx").content))
    change(book.worksheets[0])
    out = BytesIO()
    book.save(out)
    return SimpleUploadedFile("tables.xlsx", out.getvalue())


def set_cell(old: str, new: str) -> Any:
    def change(sheet: Any) -> None:
        cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value) == old]
        assert cells, old
        cells[0].value = new

    return change


def test_the_table_is_shown_and_tried_on_a_case(keeper: Client, case: Case) -> None:
    shown = text_of(keeper.get(PATH))
    assert "[1..4]" in shown
    assert "Four weeks are within the rules." in shown
    assert "Each gives the same proposal" in shown
    tried = keeper.post(PATH, {"case": case.number})
    assert f"{case.number}: Grant (en)" in text_of(tried)
    assert keeper.post(PATH, {"case": "9/9/2026"}).status_code == 422


def test_a_new_version_is_reviewed_and_then_published(keeper: Client, case: Case) -> None:
    file = changed_tables(keeper, set_cell("[1..4]", "[1..1]"))
    review = keeper.post(f"{PATH}upload/", {"workbook": file}, follow=True)
    assert "Cases with another proposal" in text_of(review)
    assert case.number in text_of(review)
    new = RuleModel.objects.exclude(withdrawn_at=None).get()
    assert RuleModel.objects.get(withdrawn_at=None).pk != new.pk
    keeper.post(f"{PATH}{new.sha256}/")
    assert RuleModel.objects.get(withdrawn_at=None).pk == new.pk
    assert AuditEntry.objects.filter(action="publish rules").exists()


@pytest.mark.parametrize("new", ["[1..", "> unknown thing +"])
def test_tables_that_cannot_run_are_not_kept(keeper: Client, new: str) -> None:
    file = changed_tables(keeper, set_cell("[1..4]", new))
    keeper.post(f"{PATH}upload/", {"workbook": file}, follow=True)
    assert RuleModel.objects.count() == 1
    broken = {"workbook": SimpleUploadedFile("x.xlsx", b"PK\x03\x04 not a workbook")}
    said = [str(one) for one in keeper.post(f"{PATH}upload/", broken, follow=True).context["messages"]]
    assert said
    assert not any("[workbook" in one for one in said)
    assert RuleModel.objects.count() == 1


def test_who_does_not_keep_the_rules_reads_them_only(keeper: Client) -> None:
    reader = hire("reader", "preparer")
    assert "Only who coordinates decision preparation" in text_of(reader.get(PATH))
    file = changed_tables(reader, set_cell("[1..4]", "[1..1]"))
    reader.post(f"{PATH}upload/", {"workbook": file})
    assert RuleModel.objects.count() == 1
    assert hire("desk", "library_desk").get(PATH).status_code == 404


def test_the_stop_switch_of_the_page(
    keeper: Client, librarian: Employee, office: DecisionMaker, procedure: KeepingBooks
) -> None:
    made = commission(
        decision_maker_id=office.pk,
        procedure="keeping_books",
        model_sha256=RuleModel.objects.get().sha256,
        reasons={"sv": "s", "fi": "f", "en": "e"},
        documents=["rules"],
        go_live_on=NOW.date(),
        contact="registry@porvoo.example.fi",
        employee=librarian,
        at=NOW,
    )
    assert "In force for the version above." in text_of(keeper.get(PATH))
    assert keeper.post(f"/staff/rules/stop/{made.pk}/", {"reason": ""}).status_code == 422
    press(keeper, f"/staff/rules/stop/{made.pk}/", reason="Wrong rows")
    assert Commissioning.objects.get().stop_reason == "Wrong rows"


def test_who_holds_the_office_commissions_on_the_page(
    keeper: Client, librarian: Employee, procedure: KeepingBooks
) -> None:
    path = f"{PATH}commission/"
    assert "Only who holds the office" in text_of(keeper.get(path, follow=True))
    librarian.set_password(PASSWORD)
    librarian.language = "en"
    librarian.save()
    Role.objects.create(employee=librarian, kind="preparer", municipality=Municipality.objects.get(slug="porvoo"))
    holder = sign_in(librarian)
    assert "Let the rules decide by themselves" in text_of(holder.get(PATH))
    wanted = {"reason_sv": "Villkoren", "reason_fi": "Ehdot", "documents": "Rules 1.0\nTests 1.0", "has_read": "on"}
    assert press(holder, path, **{**wanted, "reason_fi": ""}).status_code == 422
    old = press(holder, path, **wanted, model_sha256="0" * 64)
    assert "Another version of the rules" in text_of(old)
    assert not Commissioning.objects.exists()
    assert "In force for the version above." in text_of(press(holder, path, **wanted))
    made = Commissioning.objects.get()
    assert (made.documents, made.rule_model.sha256) == (["Rules 1.0", "Tests 1.0"], RuleModel.objects.get().sha256)
    assert "is in force already" in text_of(press(holder, path, **wanted))
    assert AuditEntry.objects.filter(action="commission procedure").count() == 1
