"""Journal files for accounting systems, from a map of columns that is data: what a municipality's system takes in.

A map is written by people, one line a column (`Tili = account`, `Tositelaji = "SA"`) and one line an account
(`income:3100 = 3105; 4420; 0`: our account, then theirs, the cost centre and the VAT code).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from torget.foundation.core.money import Money
from torget.payments.core.ledger import read_account

COLUMNS_MAX = 60
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Field(StrEnum):
    """What a column may hold."""

    ACCOUNT = "account"
    OWN_ACCOUNT = "own_account"
    COST_CENTRE = "cost_centre"
    VAT_CODE = "vat_code"
    VAT_RATE = "vat_rate"
    AMOUNT = "amount"  #: Debit positive, credit negative.
    DEBIT = "debit"
    CREDIT = "credit"
    ABSOLUTE = "absolute"
    SIDE = "side"  #: D or K, as Finnish systems write debit and credit.
    SIDE_SAP = "side_sap"  #: S or H, SAP's debit and credit.
    POSTING_KEY = "posting_key"  #: 40 or 50, SAP's keys for a debit and a credit of a general ledger account.
    DATE = "date"
    MONTH = "month"
    TEXT = "text"
    REFERENCE = "reference"
    ROW = "row"
    CURRENCY = "currency"


DATE_FORMS = {"d.m.yyyy": "{0.day}.{0.month}.{0.year}", "dd.mm.yyyy": "{0:%d.%m.%Y}", "yyyy-mm-dd": "{0:%Y-%m-%d}"}
DATE_FORMS["yyyymmdd"] = "{0:%Y%m%d}"
ENCODINGS = {"utf-8": "utf-8", "utf-8-bom": "utf-8-sig", "latin-1": "iso-8859-1"}
SEPARATORS = {"semicolon": ";", "comma": ",", "tab": "\t", "bar": "|"}
DECIMAL_MARKS = {"comma": ",", "point": "."}
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}


class BadColumnMap(ValueError):
    """The map cannot make a file; `problems` says why, each with its line."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        super().__init__("; ".join(f"{one.kind} {one.line} {one.text}".strip() for one in problems))
        self.problems = list(problems)


class ProblemKind(StrEnum):
    """Has words in three languages on the page."""

    NO_EQUALS = "no_equals"
    NO_HEADING = "no_heading"
    UNKNOWN_FIELD = "unknown_field"
    HEADING_TWICE = "heading_twice"
    ACCOUNT_TWICE = "account_twice"
    NO_COLUMNS = "no_columns"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_AMOUNT = "no_amount"
    NO_ACCOUNT = "no_account"
    FORMULA = "formula"
    SEPARATOR_INSIDE = "separator_inside"
    NOT_IN_ENCODING = "not_in_encoding"
    NO_TARGET = "no_target"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class Problem:
    kind: ProblemKind
    line: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    field: Field | None
    """None for a column that always holds the same text."""
    constant: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """An account of the accounting system."""

    account: str
    cost_centre: str = ""
    vat_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapValue:
    columns: tuple[Column, ...]
    accounts: Mapping[str, Target]
    """By our account, or by its kind alone for all accounts of the kind."""
    date_form: str
    decimal_mark: str
    separator: str
    encoding: str
    line_end: str
    has_headings: bool

    def target(self, account: str) -> Target | None:
        """The most exact line wins: income:3300:255, then income:3300, then income."""
        parts = read_account(account)
        if parts.kind == "vat":
            names = (account, f"vat:{parts.vat_permille}", "vat")
        else:
            names = (account, f"{parts.kind}:{parts.name}", parts.kind)
        return next((self.accounts[name] for name in names if name in self.accounts), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One row of a voucher, in our accounts."""

    account: str
    amount: Money
    day: date
    month: str
    text: str
    reference: str


def _lines(text: str) -> list[tuple[int, str]]:
    return [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    ]


def read_columns(text: str) -> tuple[list[Column], list[Problem]]:
    columns: list[Column] = []
    problems = []
    for number, line in _lines(text):
        heading, equals, right = (part.strip() for part in line.partition("="))
        if not equals:
            problems.append(Problem(ProblemKind.NO_EQUALS, number, line))
        elif not heading:
            problems.append(Problem(ProblemKind.NO_HEADING, number, line))
        elif any(column.heading == heading for column in columns):
            problems.append(Problem(ProblemKind.HEADING_TWICE, number, heading))
        elif len(right) >= 2 and right[0] == right[-1] == '"':
            columns.append(Column(heading, None, right[1:-1]))
        elif right in Field._value2member_map_:
            columns.append(Column(heading, Field(right)))
        else:
            problems.append(Problem(ProblemKind.UNKNOWN_FIELD, number, right))
    return columns, problems


def read_accounts(text: str) -> tuple[dict[str, Target], list[Problem]]:
    accounts: dict[str, Target] = {}
    problems = []
    for number, line in _lines(text):
        own, equals, right = (part.strip() for part in line.partition("="))
        values = [part.strip() for part in right.split(";")]
        if not equals:
            problems.append(Problem(ProblemKind.NO_EQUALS, number, line))
        elif own in accounts:
            problems.append(Problem(ProblemKind.ACCOUNT_TWICE, number, own))
        elif not values[0]:
            problems.append(Problem(ProblemKind.NO_TARGET, number, own))
        else:
            accounts[own] = Target(*values[:3])
    return accounts, problems


def _column_faults(columns: Sequence[Column]) -> list[Problem]:
    """What the columns lack as a whole."""
    fields = {column.field for column in columns}
    amounts = {Field.AMOUNT, Field.DEBIT, Field.ABSOLUTE}
    faults = []
    if not columns:
        faults.append(Problem(ProblemKind.NO_COLUMNS))
    if len(columns) > COLUMNS_MAX:
        faults.append(Problem(ProblemKind.TOO_MANY_COLUMNS, 0, str(COLUMNS_MAX)))
    has_side = fields & {Field.SIDE, Field.SIDE_SAP, Field.POSTING_KEY}
    is_whole = (
        Field.AMOUNT in fields or {Field.DEBIT, Field.CREDIT} <= fields or (Field.ABSOLUTE in fields and has_side)
    )
    if columns and not (fields & amounts and is_whole):
        faults.append(Problem(ProblemKind.NO_AMOUNT))
    if columns and Field.ACCOUNT not in fields:
        faults.append(Problem(ProblemKind.NO_ACCOUNT))
    return faults


def _text_faults(made: ColumnMapValue) -> list[Problem]:
    """Texts of the map that could become a formula, break a row, or cannot be written in the encoding."""
    texts = [column.heading for column in made.columns] + [column.constant for column in made.columns]
    for target in made.accounts.values():
        texts += [target.account, target.cost_centre, target.vat_code]
    faults = []
    for text in texts:
        if text.startswith(_FORMULA_STARTS):
            faults.append(Problem(ProblemKind.FORMULA, 0, text))
        if SEPARATORS[made.separator] in text or '"' in text:
            faults.append(Problem(ProblemKind.SEPARATOR_INSIDE, 0, text))
        if not _fits(text, made.encoding):
            faults.append(Problem(ProblemKind.NOT_IN_ENCODING, 0, text))
    return faults


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(ENCODINGS[encoding])
    except UnicodeEncodeError:
        return False
    return True


def read_column_map(
    *,
    columns: str,
    accounts: str,
    date_form: str,
    decimal_mark: str,
    separator: str,
    encoding: str,
    line_end: str,
    has_headings: bool,
) -> ColumnMapValue:
    """From the texts that people wrote. Raise BadColumnMap with everything that is wrong at once."""
    read, problems = read_columns(columns)
    targets, account_problems = read_accounts(accounts)
    problems += account_problems
    if not problems:
        problems += _column_faults(read)
    made = ColumnMapValue(
        columns=tuple(read),
        accounts=targets,
        date_form=date_form,
        decimal_mark=decimal_mark,
        separator=separator,
        encoding=encoding,
        line_end=line_end,
        has_headings=has_headings,
    )
    problems += _text_faults(made)
    if problems:
        raise BadColumnMap(problems)
    return made


def _amount(amount: Money, mark: str) -> str:
    return str(amount).replace(".", DECIMAL_MARKS[mark])


def _value(row: JournalRow, number: int, field: Field, target: Target, made: ColumnMapValue) -> str:
    is_debit = row.amount.cents > 0
    permille = read_account(row.account).vat_permille
    values = {
        Field.ACCOUNT: target.account,
        Field.OWN_ACCOUNT: row.account,
        Field.COST_CENTRE: target.cost_centre,
        Field.VAT_CODE: target.vat_code,
        Field.VAT_RATE: f"{permille / 10:g}".replace(".", DECIMAL_MARKS[made.decimal_mark]),
        Field.AMOUNT: _amount(row.amount, made.decimal_mark),
        Field.DEBIT: _amount(row.amount, made.decimal_mark) if is_debit else "",
        Field.CREDIT: "" if is_debit else _amount(-row.amount, made.decimal_mark),
        Field.ABSOLUTE: _amount(Money(abs(row.amount.cents)), made.decimal_mark),
        Field.SIDE: "D" if is_debit else "K",
        Field.SIDE_SAP: "S" if is_debit else "H",
        Field.POSTING_KEY: "40" if is_debit else "50",
        Field.DATE: DATE_FORMS[made.date_form].format(row.day),
        Field.MONTH: row.month,
        Field.TEXT: row.text,
        Field.REFERENCE: row.reference,
        Field.ROW: str(number),
        Field.CURRENCY: "EUR",
    }
    return values[field]


def unmapped(rows: Sequence[JournalRow], made: ColumnMapValue) -> list[str]:
    """Our accounts that the map says nothing about."""
    return sorted({row.account for row in rows if made.target(row.account) is None})


def write_journal(rows: Sequence[JournalRow], made: ColumnMapValue) -> bytes:
    """The file. Raise BadColumnMap for an account without a target or a text that the encoding does not have.

    Nothing is left out or replaced in silence: a journal that is not whole does not balance.
    """
    missing = unmapped(rows, made)
    if missing:
        raise BadColumnMap([Problem(ProblemKind.UNMAPPED, 0, account) for account in missing])
    file = io.StringIO()
    writer = csv.writer(file, delimiter=SEPARATORS[made.separator], lineterminator=LINE_ENDS[made.line_end])
    if made.has_headings:
        writer.writerow([column.heading for column in made.columns])
    for number, row in enumerate(rows, 1):
        target = made.target(row.account) or Target("")
        writer.writerow(
            [
                _value(row, number, column.field, target, made) if column.field else column.constant
                for column in made.columns
            ]
        )
    text = file.getvalue()
    if not _fits(text, made.encoding):
        strange = sorted({char for char in text if not _fits(char, made.encoding)})
        raise BadColumnMap([Problem(ProblemKind.NOT_IN_ENCODING, 0, " ".join(strange))])
    return text.encode(ENCODINGS[made.encoding])
