"""XPath regular expressions, translated to Python's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_FLAGS = frozenset("smixq")
_BLOCKS = {
    "BasicLatin": (0x0000, 0x007F), "Latin-1Supplement": (0x0080, 0x00FF), "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F), "IPAExtensions": (0x0250, 0x02AF), "SpacingModifierLetters": (0x02B0, 0x02FF),
    "CombiningDiacriticalMarks": (0x0300, 0x036F), "Greek": (0x0370, 0x03FF), "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF), "Armenian": (0x0530, 0x058F), "Hebrew": (0x0590, 0x05FF), "Arabic": (0x0600, 0x06FF),
    "Devanagari": (0x0900, 0x097F), "Bengali": (0x0980, 0x09FF), "Thai": (0x0E00, 0x0E7F), "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF), "LatinExtendedAdditional": (0x1E00, 0x1EFF), "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F), "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF), "LetterlikeSymbols": (0x2100, 0x214F), "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF), "MathematicalOperators": (0x2200, 0x22FF), "BoxDrawing": (0x2500, 0x257F),
    "Hiragana": (0x3040, 0x309F), "Katakana": (0x30A0, 0x30FF), "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF), "PrivateUse": (0xE000, 0xF8FF),
}  # fmt: skip
_CATEGORY = re.compile(r"[LMNPZSC][a-z]?\Z")
_SIMPLE_ESCAPES = frozenset("nrt\\|.-^?*+{}()[]$")
_CLASS_ESCAPES = {
    "s": r" \t\n\r", "d": r"\d", "w": r"\w", "i": r"A-Za-z_:\u00c0-\u02ff\u0370-\u1fff", "c": r"\w:.\-\u00b7",
}  # fmt: skip


class _PatternError(ValueError):
    """The pattern is not an XPath regular expression."""


def compile_pattern(pattern: str, flags: str) -> re.Pattern[str] | None:
    """Compile an XPath pattern, or return None when it or its flags are wrong."""
    try:
        return _compile(pattern, flags)
    except (_PatternError, re.error, OverflowError, RecursionError):
        return None


@lru_cache(maxsize=256)
def _compile(pattern: str, flags: str) -> re.Pattern[str]:
    if not set(flags) <= _FLAGS:
        raise _PatternError
    options = re.IGNORECASE if "i" in flags else 0
    if "q" in flags:
        return re.compile(re.escape(pattern), options)
    if "m" in flags:
        options |= re.MULTILINE
    return re.compile(_Translator(pattern, flags).translate(), options)


class _Translator:
    """Walks over a pattern once and writes the same pattern for Python."""

    def __init__(self, pattern: str, flags: str) -> None:
        self._text = _without_spaces(pattern) if "x" in flags else pattern
        self._dot_all = "s" in flags
        self._multiline = "m" in flags
        self._place = 0
        self._closed_groups = 0
        self._open_groups: list[bool] = []

    def translate(self) -> str:
        out: list[str] = []
        while self._place < len(self._text):
            out.append(self._piece())
        return "".join(out)

    def _take(self) -> str:
        if self._place >= len(self._text):
            raise _PatternError
        character = self._text[self._place]
        self._place += 1
        return character

    def _piece(self) -> str:
        character = self._take()
        if character == "\\":
            return self._escape()
        if character == "[":
            return self._class()
        if character == ".":
            return "(?s:.)" if self._dot_all else r"[^\n\r]"
        if character == "$":
            return "$" if self._multiline else r"\Z"
        if character == "(":
            return self._open()
        if character == ")":
            if not self._open_groups:
                raise _PatternError
            self._closed_groups += self._open_groups.pop()
            return ")"
        if character in "*+?}" and self._text.startswith("+", self._place):
            # Python would read a possessive quantifier, which XPath does not have.
            raise _PatternError
        return character

    def _open(self) -> str:
        if not self._text.startswith("?", self._place):
            self._open_groups.append(True)
            return "("
        if not self._text.startswith("?:", self._place):
            raise _PatternError
        self._place += 2
        self._open_groups.append(False)
        return "(?:"

    def _escape(self) -> str:
        character = self._take()
        if character in "pP":
            return f"[{'^' if character == 'P' else ''}{self._property()}]"
        if character.isdigit():
            return self._back_reference(character)
        if character.lower() in _CLASS_ESCAPES:
            return f"[{'^' if character.isupper() else ''}{_CLASS_ESCAPES[character.lower()]}]"
        if character not in _SIMPLE_ESCAPES and character not in " \n\r\t":
            raise _PatternError
        return "\\" + character

    def _back_reference(self, digit: str) -> str:
        number = int(digit)
        if number == 0 or number > self._closed_groups:
            raise _PatternError
        # More digits belong to the number only while such a group exists.
        while self._place < len(self._text) and self._text[self._place].isdigit():
            longer = number * 10 + int(self._text[self._place])
            if longer > self._closed_groups:
                break
            number = longer
            self._place += 1
        return f"(?:\\{number})"

    def _property(self) -> str:
        end = self._text.find("}", self._place)
        if not self._text.startswith("{", self._place) or end < 0:
            raise _PatternError
        name = self._text[self._place + 1 : end]
        self._place = end + 1
        if name.startswith("Is"):
            if name[2:] not in _BLOCKS:
                raise _PatternError
            first, last = _BLOCKS[name[2:]]
            return f"{re.escape(chr(first))}-{re.escape(chr(last))}"
        if not _CATEGORY.match(name):
            raise _PatternError
        return _category_ranges(name)

    def _class(self) -> str:
        negated = self._text.startswith("^", self._place)
        self._place += negated
        items: list[str] = []
        excluded: list[str] = []
        subtracted = ""
        while not self._text.startswith("]", self._place) or not (items or excluded):
            if self._text.startswith("-[", self._place) and (items or excluded):
                self._place += 2
                subtracted = self._class()
                break
            self._class_item(items, excluded)
        if self._take() != "]":
            raise _PatternError
        return _write_class(items, excluded, subtracted, negated=negated)

    def _class_item(self, items: list[str], excluded: list[str]) -> None:
        character = self._take()
        if character == "[":
            raise _PatternError
        if character != "\\":
            items.append(re.escape(character) if character != "-" else self._dash())
            return
        escape = self._take()
        if escape in "pP":
            (items if escape == "p" else excluded).append(self._property())
        elif escape.lower() in _CLASS_ESCAPES:
            (items if escape.islower() else excluded).append(_CLASS_ESCAPES[escape.lower()])
        elif escape in _SIMPLE_ESCAPES:
            items.append("\\" + escape)
        else:
            raise _PatternError

    def _dash(self) -> str:
        before = self._text[self._place - 2]
        after = self._text[self._place : self._place + 1]
        at_edge = before == "[" or after == "]" or (before == "^" and self._text[self._place - 3] == "[")
        return "\\-" if at_edge else "-"


def _write_class(items: list[str], excluded: list[str], subtracted: str, *, negated: bool) -> str:
    choices = [f"[{''.join(items)}]"] if items else []
    choices += [f"[^{text}]" for text in excluded]
    union = choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
    if negated:
        union = f"[^{''.join(items)}]" if not excluded else f"(?:(?!{union})(?s:.))"
    return f"(?:(?!{subtracted}){union})" if subtracted else union


def _without_spaces(pattern: str) -> str:
    """Drop white space outside character classes, as the flag x asks."""
    out: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if character.isspace() and depth == 0:
            # White space is dropped before escapes are read, so the escape goes on to the next character.
            continue
        if not escaped:
            depth += (character == "[") - (character == "]" and depth > 0)
        escaped = character == "\\" and not escaped
        out.append(character)
    return "".join(out)


@lru_cache(maxsize=64)
def _category_ranges(name: str) -> str:
    ranges: list[str] = []
    start = -1
    for code in range(0x110000 + 1):
        inside = code < 0x110000 and unicodedata.category(chr(code)).startswith(name)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            ranges.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = -1
    return "".join(ranges)


def expand_replacement(replacement: str, pattern: re.Pattern[str]) -> Callable[[re.Match[str]], str] | None:
    r"""Read a replacement with `$1` and `\$`; None when it is malformed."""
    parts: list[str | int] = []
    place = 0
    while place < len(replacement):
        character = replacement[place]
        following = replacement[place + 1 : place + 2]
        if character == "\\":
            if following not in ("\\", "$"):
                return None
            parts.append(following)
            place += 2
        elif character == "$":
            if not (following.isascii() and following.isdigit()):
                return None
            place += 1
            end = place + 1
            while (
                end < len(replacement)
                and replacement[end].isdigit()
                and int(replacement[place : end + 1]) <= pattern.groups
            ):
                end += 1
            parts.append(int(replacement[place:end]))
            place = end
        else:
            parts.append(character)
            place += 1

    def expand(match: re.Match[str]) -> str:
        return "".join(
            part if isinstance(part, str) else (match[part] or "") if part <= pattern.groups else "" for part in parts
        )

    return expand
