"""`torget close_month`: the same close as on the page, with its reasons in words."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.database.books import line, sell, suspend
from tests.database.staff import hire
from tests.network import make_network
from torget.payments.closing.models import ClosedMonth

IN_MARCH = datetime(2024, 3, 12, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def books(committed_db: None) -> None:
    make_network()
    hire("finance", "porvoo")
    sell(IN_MARCH, line("porvoo", 250), registered_at=IN_MARCH)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("close_month", *arguments, stdout=out, stderr=out)
    return out.getvalue()


AS_FINANCE = ("--as", "finance.porvoo.new")


def test_check_close_and_verify() -> None:
    suspend(IN_MARCH, "porvoo", 90)
    assert run("porvoo", "2024-03", "--check") == "open: unexplained 0.90\n"
    with pytest.raises(CommandError, match="--note"):
        run("porvoo", "2024-03", *AS_FINANCE)
    told = run("porvoo", "2024-03", *AS_FINANCE, "--note", "The bank asks")
    closed = ClosedMonth.objects.get()
    assert f"2024-03 closed: 3 entries, {closed.checksum}" in told
    assert closed.note == "The bank asks"
    assert "unchanged" in run("porvoo", "--verify")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE closing_closedmonth SET checksum = 'x'")
        cursor.execute("SET session_replication_role = DEFAULT")
    with pytest.raises(CommandError, match="has changed"):
        run("porvoo", "--verify")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nowhere", "2024-03"), "no municipality"),
        (("porvoo",), "Name the month"),
        (("porvoo", "2024-13"), "Name the month"),
        (("porvoo", "2024-03"), "--as"),
        (("sipoo", "2024-03", *AS_FINANCE), "is not finance of sipoo"),
        (("porvoo", "2024-04", *AS_FINANCE), "earlier month"),
        (("porvoo", "2199-01", *AS_FINANCE), "not over yet"),
    ],
)
def test_what_cannot_be_closed(arguments: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run(*arguments)
    assert not ClosedMonth.objects.exists()
