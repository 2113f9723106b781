"""The page of figures in a browser: the choice, the files, who sees what, and the way down to a payment."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from tests.database.books import line, sell
from tests.database.staff import hire, pay_and_register, sign_in
from tests.network import make_network
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.money import Money
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import Payment


@pytest.fixture
def network(committed_db: None) -> None:
    make_network()


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def sell_now(slug: str, cents: int) -> None:
    now = timezone.now()
    sell(now - timedelta(minutes=2), line(slug, cents), registered_at=now - timedelta(minutes=1))


@pytest.mark.usefixtures("network")
def test_the_page_shows_the_same_in_numbers_charts_tables_and_files() -> None:
    sell_now("porvoo", 1250)
    sell_now("sipoo", 330)
    client = sign_in(hire("coordinator", "porvoo"))
    board = client.get("/staff/figures/").context["board"]
    assert board.numbers[0].value == Money(1580)
    income = next(panel for panel in board.panels if panel.key == "income")
    assert income.table.totals[-1] == Money(1580)
    assert "12,50" in income.chart.svg or "€12.50" in income.chart.svg
    file = client.get("/staff/figures/files/income.csv?period=13w")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert "torget-income-" in file.headers["Content-Disposition"]
    assert "no-store" in file.headers["Cache-Control"]
    rows = rows_of(file.content)
    assert len(rows) == 1 + 13 + 1
    assert rows[-1][-1] == "15,80"
    book = load_workbook(io.BytesIO(client.get("/staff/figures/files/all.xlsx?period=13w").content))
    assert len(book.worksheets) == len(board.panels)
    assert book.worksheets[0].cell(row=15, column=6).value == 15.8
    assert AuditEntry.objects.filter(action="export figures").count() == 2


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    "path", ["files/all.csv", "files/nothing.csv", "files/income.exe", "files/income.csv?municipality=hanko"]
)
def test_no_other_files(path: str) -> None:
    assert sign_in(hire("finance", "porvoo")).get(f"/staff/figures/{path}").status_code == 404


@pytest.mark.usefixtures("network")
def test_nobody_sees_the_figures_of_others() -> None:
    sell_now("porvoo", 1250)
    sell_now("sipoo", 330)
    client = sign_in(hire("finance", "sipoo"))
    page = client.get("/staff/figures/")
    assert page.context["board"].numbers[0].value == Money(330)
    assert [panel.key for panel in page.context["board"].panels] == ["income", "waiting", "online", "times"]
    for path in ("", "entries/", "slowest/"):
        refused = client.get(f"/staff/figures/{path}?municipality=porvoo")
        assert refused.status_code == 422
        assert "12,50" not in refused.content.decode()


@pytest.mark.usefixtures("network")
def test_who_has_no_role_sees_that_there_is_nothing() -> None:
    employee = Employee.objects.create_user(
        username="new", password="torget-demo", email="x@example.fi", full_name="New", language="en"
    )
    client = sign_in(employee)
    page = client.get("/staff/figures/")
    assert page.context["board"] is None
    assert "no role yet" in page.content.decode()
    assert "Figures" not in [item.text for item in page.context["navigation"]]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("period=own", "first", "Enter the first day"),
        ("period=own&first_day=1&first_month=11&first_year=2026", "last", "Enter the last day"),
        (
            "period=own&first_day=9&first_month=11&first_year=2026&last_day=8&last_month=11&last_year=2026",
            "last",
            "The last day is before the first",
        ),
        (
            "period=own&first_day=9&first_month=11&first_year=2016&last_day=8&last_month=11&last_year=2026",
            "first",
            "Choose at most 732 days; for more, take several periods",
        ),
        (
            "period=own&first_day=31&first_month=2&first_year=2026&last_day=8&last_month=11&last_year=2026",
            "first",
            "Enter a real date, such as 24 11 2026",
        ),
        ("period=17w", "period", "Choose a period from the list, or own days"),
        ("municipality=nowhere", "municipality", "Choose one of your municipalities; you may see no others"),
    ],
)
def test_a_wrong_choice_is_explained_and_shows_no_figures(query: str, field: str, words: str) -> None:
    page = sign_in(hire("coordinator", "porvoo")).get(f"/staff/figures/?{query}")
    assert page.status_code == 422
    assert page.context["form"].errors[field] == [words]
    assert "board" not in page.context


@pytest.mark.usefixtures("network")
def test_own_days_become_an_address_to_hand_on() -> None:
    client = sign_in(hire("coordinator", "porvoo"))
    dates = "first_day=2&first_month=11&first_year=2026&last_day=20&last_month=11&last_year=2026"
    answer = client.get(f"/staff/figures/?period=own&municipality=sipoo&{dates}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/staff/figures/?municipality=sipoo&period=2026-11-02..2026-11-20"
    page = client.get(answer.headers["Location"])
    assert page.context["choice"].period.key == "2026-11-02..2026-11-20"
    assert page.context["read"].form["period"].value() == "2026-11-02..2026-11-20"
    plain = client.get("/staff/figures/?municipality=all&period=4w")
    assert plain.headers["Location"] == "/staff/figures/?period=4w"


def test_from_a_week_to_a_single_payment_and_its_receipt(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 450))
    client = sign_in(hire("finance", "porvoo"))
    page = client.get("/staff/figures/?period=2026-11-23..2026-11-29")
    income = next(panel for panel in page.context["board"].panels if panel.key == "income")
    listed = client.get(income.links[0])
    assert listed.context["links"] == [f"/staff/payments/{payment_id}/"]
    reference = Payment.objects.get().reference
    assert listed.context["table"].rows[0][0] == reference
    file = rows_of(client.get(income.links[0] + "&file=csv").content)
    assert (file[1][0], file[1][-1]) == (reference, "4,50")
    seen = AuditEntry.objects.filter(action__in=["view income-entries", "export income-entries"])
    assert [entry.detail["payments"] for entry in seen] == [[payment_id], [payment_id]]
    slow = client.get("/staff/figures/slowest/?period=2026-11-23..2026-11-29")
    assert slow.context["links"] == [f"/staff/payments/{payment_id}/"]
    other = sign_in(hire("finance", "raasepori"))
    assert other.get("/staff/figures/entries/?period=2026-11-23..2026-11-29").context["table"].rows == []


@pytest.mark.usefixtures("network")
def test_a_year_comes_by_months() -> None:
    sell(datetime(2026, 3, 3, tzinfo=UTC), line("porvoo", 100), registered_at=datetime(2026, 3, 3, tzinfo=UTC))
    client = sign_in(hire("finance", "porvoo"))
    page = client.get("/staff/figures/?period=2026-01-01..2026-12-31")
    income = next(panel for panel in page.context["board"].panels if panel.key == "income")
    assert len(income.table.rows) == 12
    assert income.table.rows[2][-1] == Money(100)


@pytest.mark.usefixtures("network")
def test_a_choice_is_saved_opened_deleted_and_taken_back() -> None:
    client = sign_in(hire("coordinator", "porvoo"))
    address = "/staff/figures/?municipality=sipoo&period=4w"
    page = client.post(address, {"saved-name": "Sipoo, a month"}, follow=True)
    (saved,) = page.context["saved"]
    assert saved.query == "municipality=sipoo&period=4w"
    again = client.post(address, {"saved-name": "Sipoo, a month"})
    assert again.status_code == 422
    assert again.context["form"].errors["name"] == ["You have a choice with this name already; give this one another"]
    assert client.post(address, {"saved-name": " "}).status_code == 422
    page = client.post(f"/staff/figures/saved/{saved.pk}/delete/?period=13w", follow=True)
    assert page.context["saved"] == []
    assert page.context["deleted"] == saved
    assert page.context["choice"].query == "period=13w"
    page = client.post(f"/staff/figures/saved/{saved.pk}/undo/", follow=True)
    assert page.context["saved"] == [saved]
    assert page.context["choice"].query == saved.query


@pytest.mark.usefixtures("network")
def test_a_name_taken_meanwhile_keeps_the_old_choice_deleted() -> None:
    client = sign_in(hire("finance", "sipoo"))
    first = client.post("/staff/figures/?period=4w", {"saved-name": "Mine"}, follow=True).context["saved"][0]
    client.post(f"/staff/figures/saved/{first.pk}/delete/")
    client.post("/staff/figures/?period=13w", {"saved-name": "Mine"})
    page = client.post(f"/staff/figures/saved/{first.pk}/undo/", follow=True)
    assert [one.query for one in page.context["saved"]] == ["period=13w"]


@pytest.mark.usefixtures("network")
def test_nobody_touches_the_saved_choices_of_others() -> None:
    owner = sign_in(hire("finance", "sipoo"))
    saved = owner.post("/staff/figures/?period=4w", {"saved-name": "Mine"}, follow=True).context["saved"][0]
    other = sign_in(hire("finance", "porvoo"))
    assert other.get("/staff/figures/").context["saved"] == []
    for action in ("delete", "undo"):
        assert other.post(f"/staff/figures/saved/{saved.pk}/{action}/").status_code == 404
    assert other.get(f"/staff/figures/?period=4w&deleted={saved.pk}").context["deleted"] is None
    assert owner.get("/staff/figures/?period=4w&deleted=x").context["deleted"] is None
