"""A form as data: steps with fields in three languages, read and checked once, and answers checked against it.

    {"steps": [{"id", "titles", "when"?, "fields": [{"id", "kind", "labels", "hints"?, "required"?, "max_length"?,
                                                     "options"?: [{"value", "labels"}]}]}]}

`when` is {"field": id, "is": [values]}: the step is asked only after one of these answers in an earlier step.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from torget.foundation.core.languages import Language, LocalisedText, in_language

Answers = Mapping[str, str]
"""By field id; files are not among them, they are attachments."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
TEXT_LENGTH_MAX = 200
LONG_TEXT_LENGTH_MAX = 10_000
# Control characters have no place in what people write, and PostgreSQL refuses NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Kind(StrEnum):
    CHOICE = "choice"
    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    DATE = "date"
    FILE = "file"


class AnswerFault(StrEnum):
    MISSING = "missing"
    NOT_AN_OPTION = "not_an_option"
    TOO_LONG = "too_long"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_DATE = "not_a_date"


class FormFault(Exception):
    """The definition is not a form; the message lists everything that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    value: str
    labels: LocalisedText


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    id: str
    kind: Kind
    labels: LocalisedText
    hints: LocalisedText
    is_required: bool
    length_max: int
    options: tuple[Option, ...] = ()

    def label_of(self, value: str) -> LocalisedText:
        """What a chosen value says; a value that is no option is shown as it is."""
        found = next((option.labels for option in self.options if option.value == value), None)
        return found if found is not None else dict.fromkeys(Language, value)

    def shown(self, value: str, language: str) -> str:
        """An answer as people read it: the words of a choice, a day as days are written."""
        if self.kind is Kind.CHOICE:
            return in_language(self.label_of(value), language)
        if self.kind is Kind.DATE and _is_date(value):
            day, mark = date.fromisoformat(value), "/" if language == Language.ENGLISH else "."
            return f"{day.day}{mark}{day.month}{mark}{day.year}"
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    id: str
    titles: LocalisedText
    fields: tuple[Field, ...]
    when: Condition | None = None

    @property
    def has_files(self) -> bool:
        return any(field.kind is Kind.FILE for field in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    steps: tuple[Step, ...]

    def asked(self, answers: Answers) -> tuple[Step, ...]:
        """The steps that these answers lead through."""
        return tuple(
            step for step in self.steps if step.when is None or answers.get(step.when.field) in step.when.values
        )

    def field(self, field_id: str) -> Field | None:
        return next((field for step in self.steps for field in step.fields if field.id == field_id), None)


def tidy(text: str) -> str:
    """What was written, with line ends of one kind and without control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def check_answer(field: Field, value: str) -> AnswerFault | None:
    if field.kind is Kind.FILE:
        return None
    if not value:
        return AnswerFault.MISSING if field.is_required else None
    if len(value) > field.length_max:
        return AnswerFault.TOO_LONG
    if field.kind is Kind.CHOICE:
        return None if value in {option.value for option in field.options} else AnswerFault.NOT_AN_OPTION
    if field.kind is Kind.EMAIL:
        return None if is_email(value) else AnswerFault.NOT_AN_EMAIL
    return AnswerFault.NOT_A_DATE if field.kind is Kind.DATE and not _is_date(value) else None


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def check_step(step: Step, answers: Answers) -> dict[str, AnswerFault]:
    found = {field.id: check_answer(field, answers.get(field.id, "")) for field in step.fields}
    return {field_id: fault for field_id, fault in found.items() if fault is not None}


def first_faulty_step(form: Form, answers: Answers) -> Step | None:
    """Where whoever fills it in still has something to do; None when the form can be sent."""
    return next((step for step in form.asked(answers) if check_step(step, answers)), None)


def answers_asked(form: Form, answers: Answers) -> dict[str, str]:
    """Without answers to steps that are not asked any more, and without what no field asks for."""
    asked = {field.id for step in form.asked(answers) for field in step.fields if field.kind is not Kind.FILE}
    return {field_id: value for field_id, value in answers.items() if field_id in asked and value}


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


class _Reader:
    """Reads a definition and notes every fault, so that its author sees them all at once."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.seen: dict[str, Field] = {}

    def texts(self, value: Any, where: str) -> LocalisedText:
        if not isinstance(value, Mapping):
            self.faults.append(f"{where}: no texts")
            return {}
        missing = [code.value for code in Language if not value.get(code)]
        if missing:
            self.faults.append(f"{where}: lacks {', '.join(missing)}")
        return {str(code): str(text) for code, text in value.items()}

    def name(self, value: Any, where: str) -> str:
        text = str(value or "")
        if not _ID.fullmatch(text):
            self.faults.append(f"{where}: '{text}' is not an id")
        return text

    def field(self, row: Mapping[str, Any], where: str) -> Field | None:
        field_id = self.name(row.get("id"), where)
        where = f"{where}, field {field_id}"
        if field_id in self.seen:
            self.faults.append(f"{where}: stands twice")
        if row.get("kind") not in set(Kind):
            self.faults.append(f"{where}: no kind of field: {row.get('kind')}")
            return None
        kind = Kind(row["kind"])
        options = tuple(
            Option(value=self.name(one.get("value"), where), labels=self.texts(one.get("labels"), where))
            for one in row.get("options", ())
        )
        if (kind is Kind.CHOICE) != bool(options):
            self.faults.append(f"{where}: a choice has options, and nothing else has")
        limit = LONG_TEXT_LENGTH_MAX if kind is Kind.LONG_TEXT else TEXT_LENGTH_MAX
        length_max = row.get("max_length", limit)
        if not isinstance(length_max, int) or not 1 <= length_max <= limit:
            self.faults.append(f"{where}: max_length is not between 1 and {limit}")
            length_max = limit
        made = Field(
            id=field_id,
            kind=kind,
            labels=self.texts(row.get("labels"), where),
            hints=self.texts(row["hints"], where) if "hints" in row else {},
            is_required=row.get("required") is True,
            length_max=length_max,
            options=options,
        )
        self.seen[field_id] = made
        return made

    def condition(self, row: Any, where: str) -> Condition | None:
        if row is None:
            return None
        field = self.seen.get(row.get("field", "")) if isinstance(row, Mapping) else None
        values = tuple(row.get("is", ())) if isinstance(row, Mapping) else ()
        if field is None or field.kind is not Kind.CHOICE:
            self.faults.append(f"{where}: asks on a field that no earlier step has as a choice")
            return None
        if not values or not set(values) <= {option.value for option in field.options}:
            self.faults.append(f"{where}: waits for an answer that {field.id} does not offer")
        return Condition(field=field.id, values=values)

    def step(self, row: Mapping[str, Any]) -> Step:
        where = f"step {self.name(row.get('id'), 'a step')}"
        when = self.condition(row.get("when"), where)
        fields = [self.field(one, where) for one in row.get("fields", ())]
        if not fields:
            self.faults.append(f"{where}: asks nothing")
        return Step(
            id=str(row.get("id")),
            titles=self.texts(row.get("titles"), where),
            fields=tuple(field for field in fields if field is not None),
            when=when,
        )


def read_form(definition: Mapping[str, Any]) -> Form:
    """Raise FormFault."""
    reader = _Reader()
    steps = tuple(reader.step(row) for row in definition.get("steps", ()))
    if not steps:
        reader.faults.append("the form has no steps")
    if len({step.id for step in steps}) != len(steps):
        reader.faults.append("two steps have the same id")
    if reader.faults:
        raise FormFault("; ".join(reader.faults))
    return Form(steps=steps)
