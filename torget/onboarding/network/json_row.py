"""Read one JSON object field by field; a wrong field becomes a problem with its place, never an exception."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from torget.foundation.core.languages import Language
from torget.onboarding.network.problem import Problem

ALL_LANGUAGES = frozenset(language.value for language in Language)
ANY_TEXT = r"\S(.*\S)?"


class JsonRow:
    """Each reading method answers with an empty value after a problem, so that all problems are found at once."""

    def __init__(self, value: Any, place: str, problems: list[str]) -> None:
        self.place = place
        self._problems = problems
        self._read: set[str] = set()
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.say(gettext_noop("is not an object"))

    def _at(self, key: str) -> str:
        """The place of a field: after a file's name and colon a space, after an object a dot."""
        return f"{self.place} {key}" if self.place.endswith(":") else f"{self.place}.{key}"

    def say(self, problem: str, key: str = "", **values: object) -> None:
        self._problems.append(Problem(self._at(key) if key else self.place, problem, **values))

    def _get(self, key: str, kind: type, empty: Any, what: str, *, is_required: bool) -> Any:
        self._read.add(key)
        value = self._values.get(key)
        if value is None:
            if is_required and self._values:
                self.say(gettext_noop("is missing"), key)
            return empty
        # In Python a bool is an int; in a file `true` is never a number.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.say(gettext_noop("is not %(what)s"), key, what=what)
            return empty
        return value

    def text(
        self,
        key: str,
        *,
        form: str = ANY_TEXT,
        what: str = gettext_noop("a text"),
        length_max: int = 500,
        is_required: bool = True,
    ) -> str:
        value: str = self._get(key, str, "", what, is_required=is_required)
        if value and not re.fullmatch(form, value, re.ASCII):
            self.say(gettext_noop("%(value)s is not %(what)s"), key, value=repr(value), what=what)
            return ""
        if len(value) > length_max:
            self.say(gettext_noop("has more than %(length_max)s characters"), key, length_max=length_max)
        if is_required and value == "" and self._values.get(key) == "":
            self.say(gettext_noop("is empty"), key)
        return value

    def choice(self, key: str, choices: Iterable[str]) -> str:
        allowed = sorted(choices)
        value = self.text(key)
        if value and value not in allowed:
            self.say(
                gettext_noop("%(value)s is none of %(allowed)s"), key, value=repr(value), allowed=", ".join(allowed)
            )
            return ""
        return value

    def choices(self, key: str, choices: Iterable[str]) -> tuple[str, ...]:
        allowed = sorted(choices)
        values: list[Any] = self._get(key, list, [], gettext_noop("a list"), is_required=True)
        if not values and isinstance(self._values.get(key), list):
            self.say(gettext_noop("is empty"), key)
        for value in values:
            if value not in allowed:
                self.say(
                    gettext_noop("%(value)s is none of %(allowed)s"), key, value=repr(value), allowed=", ".join(allowed)
                )
        known = [value for value in values if value in allowed]
        if len(set(known)) < len(known):
            self.say(gettext_noop("names one twice"), key)
        return tuple(known)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list with at least one text, none of them twice."""
        values: list[Any] = self._get(key, list, [], gettext_noop("a list"), is_required=True)
        if not values and isinstance(self._values.get(key), list):
            self.say(gettext_noop("is empty"), key)
        found = tuple(value for value in values if isinstance(value, str) and value)
        if len(found) < len(values):
            self.say(gettext_noop("holds what is not a text"), key)
        if len(set(found)) < len(found):
            self.say(gettext_noop("names one twice"), key)
        return found

    def day(self, key: str) -> date:
        """A date as 2026-11-24; the first there is after a problem."""
        text = self.text(key)
        try:
            return date.fromisoformat(text) if text else date.min
        except ValueError:
            self.say(gettext_noop("%(value)s is not a date"), key, value=repr(text))
            return date.min

    def number(self, key: str, *, at_least: int, at_most: int, default: int | None = None) -> int:
        """Required unless there is a default."""
        fallback = at_least if default is None else default
        value: int = self._get(key, int, fallback, gettext_noop("a whole number"), is_required=default is None)
        if not at_least <= value <= at_most:
            self.say(
                gettext_noop("%(value)s is not between %(at_least)s and %(at_most)s"),
                key,
                value=value,
                at_least=at_least,
                at_most=at_most,
            )
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        return bool(self._get(key, bool, default, gettext_noop("true or false"), is_required=False))

    def languages(self, key: str, *, is_required: bool = True) -> dict[str, str]:
        """A text in each of the three languages."""
        texts: dict[str, Any] = self._get(key, dict, {}, gettext_noop("an object"), is_required=is_required)
        if not texts and (not is_required or key not in self._values):
            return {}
        self._say_unknown(texts.keys() - ALL_LANGUAGES, key)
        for language in sorted(ALL_LANGUAGES):
            text = texts.get(language)
            if not isinstance(text, str) or not text.strip():
                self.say(gettext_noop("is missing or empty"), f"{key}.{language}")
        return {language: text for language, text in texts.items() if isinstance(text, str)}

    def text_by_name(self, key: str, *, is_required: bool = True) -> dict[str, str]:
        values: dict[str, Any] = self._get(key, dict, {}, gettext_noop("an object"), is_required=is_required)
        for name, value in values.items():
            if not isinstance(value, str) or not value:
                self.say(gettext_noop("is not a text"), f"{key}.{name}")
        return {name: value for name, value in values.items() if isinstance(value, str)}

    def shares(self, key: str, *, is_required: bool = True) -> dict[str, int]:
        """A positive whole number by name."""
        values: dict[str, Any] = self._get(key, dict, {}, gettext_noop("an object"), is_required=is_required)
        for name, value in values.items():
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                self.say(
                    gettext_noop("%(value)s is not a share; a share is a whole number above zero"),
                    f"{key}.{name}",
                    value=repr(value),
                )
        return {name: value for name, value in values.items() if isinstance(value, int)}

    def secrets(self, key: str, environment: dict[str, str], *, is_required: bool = True) -> dict[str, str]:
        """Texts by name; `{"environment": NAME}` takes the text from there, so that it never stands in a file."""
        found: dict[str, str] = {}
        values: dict[str, object] = self._get(key, dict, {}, gettext_noop("an object"), is_required=is_required)
        if not values and isinstance(self._values.get(key), dict):
            self.say(gettext_noop("is empty"), key)
        for name, value in values.items():
            variable = value.get("environment") if isinstance(value, dict) and len(value) == 1 else None
            if isinstance(value, str) and value:
                found[name] = value
            elif isinstance(variable, str):
                found[name] = environment.get(variable, "")
                if not found[name]:
                    self.say(
                        gettext_noop("the environment variable %(variable)s is not set"),
                        f"{key}.{name}",
                        variable=variable,
                    )
            else:
                # The value itself is not repeated: it may be a secret.
                self.say(gettext_noop('is neither a text nor {"environment": NAME}'), f"{key}.{name}")
        return found

    def rows(self, key: str, *, label: str = "", is_required: bool = True) -> Iterator["JsonRow"]:
        """The objects of a list; `label` is the field that names each of them in problems."""
        values: list[Any] = self._get(key, list, [], gettext_noop("a list"), is_required=is_required)
        for index, value in enumerate(values):
            name = value.get(label) if isinstance(value, dict) else None
            suffix = f" ({name})" if isinstance(name, str) else ""
            yield JsonRow(value, f"{self._at(key)}[{index}]{suffix}", self._problems)

    def row(self, key: str) -> "JsonRow":
        return JsonRow(
            self._get(key, dict, {}, gettext_noop("an object"), is_required=True), self._at(key), self._problems
        )

    def end(self) -> None:
        """Refuse what nobody reads: a misspelt key would otherwise be silently without effect."""
        self._say_unknown(self._values.keys() - self._read)

    def _say_unknown(self, keys: Iterable[str], inside: str = "") -> None:
        for key in sorted(keys):
            self.say(gettext_noop("is an unknown key"), f"{inside}.{key}" if inside else key)
