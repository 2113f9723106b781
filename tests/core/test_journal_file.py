"""Journal files: what people write in a column map, and the file that comes of it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torget.foundation.core.money import Money
from torget.payments.core.journal_file import (
    COLUMNS_MAX,
    BadColumnMap,
    ColumnMapValue,
    JournalRow,
    ProblemKind,
    read_column_map,
    unmapped,
    write_journal,
)

COLUMNS = """
# a remark
Päivä = date
Tili = account
Selite = text
Summa = amount
Laji = "SA"
"""
ACCOUNTS = """
provider = 1790
income = 3100; 4420; 0
income:3300:255 = 3300; 4420; 22
income:3200 = 3200
vat = 2939
vat:140 = 2938;;14
"""


def make_map(**changes: Any) -> ColumnMapValue:
    values: dict[str, Any] = {
        "columns": COLUMNS,
        "accounts": ACCOUNTS,
        "date_form": "d.m.yyyy",
        "decimal_mark": "comma",
        "separator": "semicolon",
        "encoding": "latin-1",
        "line_end": "crlf",
        "has_headings": True,
    }
    return read_column_map(**{**values, **changes})


def row(account: str, cents: int, text: str = "Torget 2026-11") -> JournalRow:
    return JournalRow(
        account=account, amount=Money(cents), day=date(2026, 11, 3), month="2026-11", text=text, reference="638-2026-11"
    )


def problems(**changes: Any) -> list[tuple[ProblemKind, int]]:
    with pytest.raises(BadColumnMap) as caught:
        make_map(**changes)
    return [(problem.kind, problem.line) for problem in caught.value.problems]


def test_the_file_as_the_map_says() -> None:
    made = write_journal([row("provider", 1255), row("income:3300:255", -1000), row("vat:255:3300", -255)], make_map())
    assert made.decode("iso-8859-1").split("\r\n") == [
        "Päivä;Tili;Selite;Summa;Laji",
        "3.11.2026;1790;Torget 2026-11;12,55;SA",
        "3.11.2026;3300;Torget 2026-11;-10,00;SA",
        "3.11.2026;2939;Torget 2026-11;-2,55;SA",
        "",
    ]


ALL = """A = account\nB = own_account\nC = cost_centre\nD = vat_code\nE = vat_rate\nF = amount\nG = debit\nH = credit
I = absolute\nJ = side\nK = side_sap\nL = posting_key\nM = date\nN = month\nO = text
P = reference
Q = row
R = currency"""


def test_every_field_has_its_value() -> None:
    made = make_map(
        columns=ALL, encoding="utf-8-bom", separator="bar", decimal_mark="point", date_form="yyyymmdd", line_end="lf"
    )
    lines = write_journal([row("income:3300:255", -1000, "Torget"), row("provider", 1000, "Torget")], made)
    assert lines.decode("utf-8-sig").split("\n")[1:] == [
        "3300|income:3300:255|4420|22|25.5|-10.00||10.00|10.00|K|H|50|20261103|2026-11|Torget|638-2026-11|1|EUR",
        "1790|provider|||0|10.00|10.00||10.00|D|S|40|20261103|2026-11|Torget|638-2026-11|2|EUR",
        "",
    ]


@pytest.mark.parametrize(
    ("account", "target"),
    [
        ("income:3300:255", "3300"),
        ("income:3300", "3100"),
        ("income:3200:140", "3200"),
        ("vat:140:3300", "2938"),
        ("vat:255", "2939"),
        ("provider", "1790"),
    ],
)
def test_the_most_exact_line_wins(account: str, target: str) -> None:
    found = make_map().target(account)
    assert found is not None
    assert found.account == target


def test_an_account_without_a_target_stops_the_file() -> None:
    rows = [row("provider", 5), row("bank", -5)]
    assert unmapped(rows, make_map()) == ["bank"]
    with pytest.raises(BadColumnMap) as caught:
        write_journal(rows, make_map())
    assert caught.value.problems[0].kind is ProblemKind.UNMAPPED


def test_a_text_that_the_encoding_lacks_stops_the_file() -> None:
    with pytest.raises(BadColumnMap) as caught:
        write_journal([row("provider", 5, "5 €")], make_map())
    assert caught.value.problems[0].text == "€"


def test_all_problems_are_told_at_once_with_their_lines() -> None:
    wrong = "Tili account\n= account\nA = nonsense\nB = account\nB = amount"
    assert problems(columns=wrong, accounts="provider 1790\nbank =\nbank = 1\nbank = 2") == [
        (ProblemKind.NO_EQUALS, 1),
        (ProblemKind.NO_HEADING, 2),
        (ProblemKind.UNKNOWN_FIELD, 3),
        (ProblemKind.HEADING_TWICE, 5),
        (ProblemKind.NO_EQUALS, 1),
        (ProblemKind.NO_TARGET, 2),
        (ProblemKind.ACCOUNT_TWICE, 4),
    ]


@pytest.mark.parametrize(
    ("columns", "kinds"),
    [
        ("", [ProblemKind.NO_COLUMNS]),
        ("A = account", [ProblemKind.NO_AMOUNT]),
        ("A = account\nB = debit", [ProblemKind.NO_AMOUNT]),
        ("A = account\nB = absolute", [ProblemKind.NO_AMOUNT]),
        ("A = amount", [ProblemKind.NO_ACCOUNT]),
        ('A = account\nB = amount\nC = "=x"', [ProblemKind.FORMULA]),
        ('A = account\nB = amount\nC = "a;b"', [ProblemKind.SEPARATOR_INSIDE]),
        ('A = account\nB = amount\nC = "5 €"', [ProblemKind.NOT_IN_ENCODING]),
        (
            "A = account\nB = amount\n" + "\n".join(f"C{n} = text" for n in range(COLUMNS_MAX)),
            [ProblemKind.TOO_MANY_COLUMNS],
        ),
    ],
)
def test_what_a_map_must_have(columns: str, kinds: list[ProblemKind]) -> None:
    assert [kind for kind, _line in problems(columns=columns)] == kinds


@pytest.mark.parametrize("columns", ["A = account\nB = debit\nC = credit", "A = account\nB = absolute\nC = side_sap"])
def test_an_amount_may_stand_in_two_columns(columns: str) -> None:
    assert make_map(columns=columns, accounts="").columns


@given(st.lists(st.integers(-10_000, 10_000).filter(bool), max_size=20))
def test_the_amounts_of_the_file_sum_to_those_of_the_rows(cents: list[int]) -> None:
    made = make_map(columns="A = account\nB = amount", has_headings=False)
    text = write_journal([row("provider", one) for one in cents], made).decode()
    read = [round(float(line.split(";")[1].replace(",", ".")) * 100) for line in text.splitlines()]
    assert read == cents
