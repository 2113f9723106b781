"""Named errors; each carries every problem found, with its place in the model."""

from __future__ import annotations

from dataclasses import dataclass

from torget_dmn.words import place_in, said_in, say


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, said so that the author of the rules can find it."""

    code: str
    message: str
    place: str = ""
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message} [{self.code}]"

    def said_in(self, language: str) -> str:
        """Say the problem, with its place, in Swedish, Finnish or English."""
        where = f"{place_in(language, self.place)}: " if self.place else ""
        return where + said_in(language, self.message)


class DmnError(Exception):
    """The base of every error this package raises on purpose."""

    def __init__(self, problems: Problem | list[Problem] | tuple[Problem, ...]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FeelSyntaxError(DmnError):
    """An expression is not FEEL; `position` counts characters from the start of its text."""

    def __init__(self, message: str, position: int, text: str, code: str = "feel-syntax") -> None:
        self.position = position
        self.text = text
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        super().__init__(
            Problem(code, say("{message} (line {line}, column {column})", message=message, line=line, column=column))
        )


class LimitExceededError(DmnError):
    """A model or an input is larger or deeper than the limits allow."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(Problem("limit-exceeded", message, place))


class ModelError(DmnError):
    """A model cannot be read or run; all its problems are listed."""


class InputError(DmnError):
    """The values given to an evaluation do not fit the model."""


class SpreadsheetError(DmnError):
    """A workbook does not describe a decision table."""
