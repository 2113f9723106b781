"""What members owe each other for a month: by the books of each, set off, as page and as files."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client

from tests.database.books import line, pay_out, refund, sell
from tests.database.staff import access_of, hire, sign_in
from tests.network import make_network
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.payments.closing.between_members import between_file, between_members
from torget.payments.closing.close import close_month
from torget.payments.closing.files import FileKind
from torget.payments.core.months import Month

IN_MARCH = datetime(2024, 3, 12, 9, tzinfo=UTC)
MARCH = Month(2024, 3)
PAGE = "/staff/shared-costs/helle/between/2024-03/"


@pytest.fixture
def network(committed_db: None) -> None:
    """Porvoo took in 10.00 of which Sipoo has 4.00 and Raasepori 1.00; Sipoo took in 2.00 of which Porvoo has half."""
    make_network()
    sell(
        IN_MARCH, line("porvoo", 1000, "3120", shares={"porvoo": 5, "sipoo": 4, "raasepori": 1}), registered_at=IN_MARCH
    )
    sell(IN_MARCH, line("sipoo", 200, "3120", shares={"porvoo": 1, "sipoo": 1}), registered_at=IN_MARCH)
    sell(IN_MARCH, line("sipoo", 777), registered_at=IN_MARCH)
    refund(IN_MARCH, line("porvoo", 100, "3120", shares={"porvoo": 5, "sipoo": 4, "raasepori": 1}))


def found(month: Month = MARCH) -> list[tuple[str, str, int]]:
    debts = between_members(Cooperation.objects.get(), month).debts
    return [(one.debtor, one.creditor, one.amount.cents) for one in debts]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_each_pair_is_set_off(network: None) -> None:
    assert found() == [("porvoo", "raasepori", 90), ("porvoo", "sipoo", 360 - 100)]
    assert found(MARCH.following) == []


def test_what_is_late_falls_where_the_books_put_it(network: None) -> None:
    close_month(
        municipality_id=Municipality.objects.get(slug="porvoo").pk,
        month=MARCH,
        access=access_of(hire("finance", "porvoo")),
        note="",
        at=datetime(2024, 4, 3, tzinfo=UTC),
    )
    sell(IN_MARCH, line("porvoo", 100, "3120", shares={"sipoo": 1}), registered_at=IN_MARCH)
    before = between_members(Cooperation.objects.get(), MARCH)
    assert found() == [("porvoo", "raasepori", 90), ("porvoo", "sipoo", 260)]
    assert "porvoo" not in before.open_members
    assert found(MARCH.following) == [("porvoo", "sipoo", 100)]


def test_members_see_the_page_and_have_it_as_files(network: None) -> None:
    client = sign_in(hire("finance", "sipoo"))
    page = text(client, PAGE)
    assert "€2.60" in page
    assert "Not closed yet, so figures may change" in page
    assert client.get("/staff/shared-costs/helle/between/").status_code == 302
    rows = list(csv.reader(io.StringIO(client.get(f"{PAGE}file/csv/").content.decode("utf-8-sig")), delimiter=";"))
    assert ["helle", "2024-03", "to_pay", "porvoo", "sipoo", "2,60", "no"] in rows
    assert ["helle", "2024-03", "taken_in", "sipoo", "porvoo", "1,00", "no"] in rows
    for kind, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert client.get(f"{PAGE}file/{kind}/").content.startswith(start)
    assert AuditEntry.objects.filter(action="download debts", subject="between:helle:2024-03").count() == 3
    assert "Nothing to pay" in text(client, "/staff/shared-costs/helle/between/2024-01/")
    for nothing in ("2999-01", "2024-13"):
        assert client.get(f"/staff/shared-costs/helle/between/{nothing}/").status_code == 404


def test_the_desk_sees_none_of_it(network: None) -> None:
    assert sign_in(hire("library_desk", "porvoo")).get(PAGE).status_code == 404


def test_money_of_others_that_was_paid_out_to_the_coordinator_is_seen(network: None) -> None:
    pay_out(IN_MARCH, "porvoo", 1677)
    balances = between_members(Cooperation.objects.get(), MARCH).at_provider()
    assert (balances["porvoo"].cents, balances["sipoo"].cents) == (1000 - 100 - 1677, 977)
    assert "−€7.77" in text(sign_in(hire("coordinator", "porvoo")), PAGE)


@pytest.mark.parametrize("kind", [FileKind.CSV, FileKind.XLSX, FileKind.PDF])
def test_the_same_books_give_the_same_bytes(network: None, kind: FileKind) -> None:
    made = [between_file(between_members(Cooperation.objects.get(), MARCH), kind, "sv") for _ in range(2)]
    assert made[0] == made[1]
