"""Reading of delimited text as providers and spreadsheets write it, line by line, however large the file is."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from torget.foundation.core.money import Money, NotWholeCents
from torget.payments.core.settlement import FileRefused, Problem

LINE_BYTES_MAX = 1_000_000
DELIMITERS = (";", ",", "\t")

# A comma or a dot alone is the decimal mark; if thousands are marked too, the other one marks them.
_AMOUNT = re.compile(r"[+-]?(?:\d{1,12}(?:[.,]\d{1,8})?|\d{1,3}(?:,\d{3})+\.\d{1,8}|\d{1,3}(?:\.\d{3})+,\d{1,8})")
_SPACES = re.compile(r"[\s\u00a0\u202f']")
_DAYS = (
    (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), "ymd"),
    (re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})"), "dmy"),
    (re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}(?:\d{2})?)?$"), "ymd"),
)

Columns = Mapping[str, Sequence[str]]
"""Our name of a column, and the headings under which it is known; the first that the file has is taken."""


class Row:
    """One line of the table, by our names of its columns."""

    __slots__ = ("_cells", "_places", "line")

    def __init__(self, line: int, cells: list[str], places: Mapping[str, int]) -> None:
        self.line = line
        self._cells = cells
        self._places = places

    def __getitem__(self, name: str) -> str:
        """What the cell says, without blanks around it; '' if the file has no such column."""
        place = self._places.get(name)
        return "" if place is None else self._cells[place].strip()

    def has(self, name: str) -> bool:
        return name in self._places

    def refuse(self, problem: Problem, detail: str) -> FileRefused:
        return FileRefused(problem, line=self.line, detail=detail)

    def euros(self, name: str) -> Decimal:
        """The amount, exactly, as 12.50, -12,50, 1 234,50 or 1.234,50; an empty cell is nothing. Raise FileRefused."""
        text = self[name]
        compact = _SPACES.sub("", text).replace("−", "-").removesuffix("€").removesuffix("EUR")
        if not compact:
            return Decimal(0)
        if not _AMOUNT.fullmatch(compact):
            raise FileRefused(Problem.UNREADABLE_ROW, line=self.line, detail=f"{name}: {text[:40]}")
        whole, mark, cents = _split(compact)
        return Decimal(f"{whole}.{cents}" if mark else whole)

    def money(self, name: str) -> Money:
        """The amount in whole cents; raise FileRefused."""
        try:
            return Money.from_decimal(self.euros(name))
        except NotWholeCents:
            raise FileRefused(Problem.UNREADABLE_ROW, line=self.line, detail=f"{name}: {self[name][:40]}") from None

    def day(self, name: str) -> date | None:
        """The day of a date or a time in a usual form; None if there is none or it does not exist."""
        text = self[name]
        for pattern, order in _DAYS:
            if found := pattern.match(text):
                parts = dict(zip(order, found.groups(), strict=True))
                try:
                    return date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
                except ValueError:
                    return None
        return None


def read_table(
    source: BinaryIO, *, columns: Columns, required: Sequence[str], is_surely_whole: bool = False
) -> Iterator[Row]:
    """The rows below the heading; raise FileRefused.

    The delimiter and the encoding are found out. A file that stops within a line is refused, since an amount of 12,50
    that lost its last digit looks like any other; `is_surely_whole` is for files whose signature was checked.
    """
    ends = _End()
    lines = _lines(source, ends)
    heading_line = next(lines, "")
    if not heading_line.strip():
        raise FileRefused(Problem.EMPTY)
    delimiter, heading = _heading(heading_line, columns, required)
    places = _places(heading, columns)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    is_empty = True
    try:
        for cells in reader:
            line = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if _normal(cells) == heading:
                raise FileRefused(Problem.DOUBLED, line=line)
            if len(cells) != len(heading):
                problem = Problem.TRUNCATED if ends.within_a_line else Problem.UNREADABLE_ROW
                raise FileRefused(problem, line=line, detail=f"{len(cells)} / {len(heading)}")
            if ends.within_a_line and not is_surely_whole and not _is_last_cell_safe(ends, places, len(heading)):
                raise FileRefused(Problem.TRUNCATED, line=line)
            is_empty = False
            yield Row(line, cells, places)
    except csv.Error as error:
        problem = Problem.TRUNCATED if ends.within_a_line else Problem.UNREADABLE_ROW
        raise FileRefused(problem, line=reader.line_num + 1, detail=str(error)) from None
    if is_empty:
        raise FileRefused(Problem.EMPTY)


class _End:
    """What is known about the end of the file once its last line has been given out."""

    def __init__(self) -> None:
        self.within_a_line = False
        self.text = ""


def _is_last_cell_safe(ends: _End, places: Mapping[str, int], width: int) -> bool:
    """A closing quote proves the last cell whole, and a cell that nobody reads may lack what it wants."""
    return ends.text.rstrip(" ").endswith('"') or (width - 1) not in places.values()


def _heading(line: str, columns: Columns, required: Sequence[str]) -> tuple[str, list[str]]:
    for delimiter in DELIMITERS:
        heading = _normal(next(csv.reader([line], delimiter=delimiter), []))
        if all(name in _places(heading, columns) for name in required):
            return delimiter, heading
    raise FileRefused(Problem.NOT_THIS_FORMAT, line=1, detail=", ".join(columns[name][0] for name in required))


def _normal(cells: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()).casefold() for cell in cells]


def _places(heading: Sequence[str], columns: Columns) -> dict[str, int]:
    """The first heading of a name that the file has; a heading that comes twice could mean either, so it counts not."""
    known = {
        name: next((heading.index(known.casefold()) for known in names if heading.count(known.casefold()) == 1), None)
        for name, names in columns.items()
    }
    return {name: place for name, place in known.items() if place is not None}


def _lines(source: BinaryIO, ends: _End) -> Iterator[str]:
    """Text lines with their line ends. UTF-8 with or without a mark, UTF-16 with one, else what Windows wrote."""
    start = source.read(2)
    if start in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if start == b"\xff\xfe" else "utf-16-be"
        wide = io.TextIOWrapper(source, encoding=encoding, newline="", errors="strict")
        try:
            while text := wide.readline(LINE_BYTES_MAX):
                yield _checked(text, ends)
        except UnicodeDecodeError:
            raise FileRefused(Problem.TRUNCATED) from None
        finally:
            wide.detach()
        return
    first = True
    while line := start + source.readline(LINE_BYTES_MAX):
        start = b""
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        yield _checked(_decoded(line), ends)


def _checked(line: str, ends: _End) -> str:
    if len(line) >= LINE_BYTES_MAX or "\x00" in line:
        raise FileRefused(Problem.NOT_THIS_FORMAT, detail="not a text file")
    ends.within_a_line = not line.endswith(("\n", "\r"))
    ends.text = line
    return line


def _decoded(line: bytes) -> str:
    """Each line by itself, so that a file pasted together from two sources is read too.

    Only texts can differ by it: amounts and references are the same in every one of these encodings.
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _split(amount: str) -> tuple[str, str, str]:
    """Whole euros without marks of thousands, the decimal mark if there is one, and what follows it."""
    mark = max(".", ",", key=amount.rfind)
    if mark not in amount:
        return amount, "", ""
    whole, _, cents = amount.rpartition(mark)
    return whole.replace(".", "").replace(",", ""), mark, cents
