"""XPath regular expressions read into their parts (XPath functions 3.1, section 5.6.1)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from torget_dmn.feel.regex.syntax import (
    Anchor,
    BackReference,
    Character,
    Choice,
    Group,
    Part,
    PatternError,
    Repeat,
    Sequence,
)

_DEPTH_MAX = 40
_COUNT_MAX = 1000
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
_QUANTITY = re.compile(r"\{([0-9]{1,6})(,?)([0-9]{0,6})\}")
_SIMPLE_ESCAPES = frozenset("nrt\\|.-^?*+{}()[]$")
_CLASS_ESCAPES = {
    "s": r" \t\n\r",
    "d": r"\d",
    "w": r"\w",
    "i": r"A-Za-z_:\u00c0-\u02ff\u0370-\u1fff",
    "c": r"\w:.\-\u00b7",
}


class PatternParser:
    """Reads a pattern once, from left to right."""

    def __init__(self, pattern: str, flags: str) -> None:
        self._text = without_spaces(pattern) if "x" in flags else pattern
        self._any = "(?s:.)" if "s" in flags else r"[^\n\r]"
        self._place = 0
        self._depth = 0
        self._groups = 0
        self._closed: set[int] = set()

    @property
    def group_count(self) -> int:
        """How many groups the pattern remembers."""
        return self._groups

    def parse(self) -> Part:
        """Read the whole pattern."""
        part = self._choice()
        if self._place < len(self._text):
            raise PatternError
        return part

    def _at(self, text: str) -> bool:
        return self._text.startswith(text, self._place)

    def _take(self) -> str:
        if self._place >= len(self._text):
            raise PatternError
        self._place += 1
        return self._text[self._place - 1]

    def _choice(self) -> Part:
        options = [self._sequence()]
        while self._at("|"):
            self._place += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._place < len(self._text) and not self._at("|") and not self._at(")"):
            parts.append(self._quantified(self._atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _quantified(self, part: Part) -> Part:
        bounds = self._bounds()
        if bounds is None:
            return part
        low, high = bounds
        if isinstance(part, Anchor) or (high is not None and high < low) or max(low, high or 0) > _COUNT_MAX:
            raise PatternError
        greedy = not self._at("?")
        self._place += not greedy
        if self._at("*") or self._at("+") or self._at("?"):
            raise PatternError
        return Repeat(part, low, high, greedy)

    def _bounds(self) -> tuple[int, int | None] | None:
        for symbol, low, high in (("*", 0, None), ("+", 1, None), ("?", 0, 1)):
            if self._at(symbol):
                self._place += 1
                return low, high
        match = _QUANTITY.match(self._text, self._place)
        if match is None:
            return None
        self._place = match.end()
        low = int(match[1])
        if not match[2]:
            return (low, low) if not match[3] else None
        return low, int(match[3]) if match[3] else None

    def _atom(self) -> Part:
        character = self._take()
        if character == "\\":
            return self._escape()
        if character == "[":
            return Character(self._class())
        if character == ".":
            return Character(self._any)
        if character in "^$":
            return Anchor(at_start=character == "^")
        if character == "(":
            return self._group()
        if character in "*+?{}])":
            raise PatternError
        return Character(re.escape(character))

    def _group(self) -> Part:
        number: int | None = None
        if self._at("?:"):
            self._place += 2
        elif self._at("?"):
            raise PatternError
        else:
            self._groups += 1
            number = self._groups
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise PatternError
        part = self._choice()
        self._depth -= 1
        if not self._at(")"):
            raise PatternError
        self._place += 1
        if number is not None:
            self._closed.add(number)
        return Group(part, number)

    def _escape(self) -> Part:
        character = self._take()
        if character in "pP":
            return Character(f"[{'^' if character == 'P' else ''}{self._property()}]")
        if character.isdigit():
            return self._back_reference(character)
        if character.lower() in _CLASS_ESCAPES:
            return Character(f"[{'^' if character.isupper() else ''}{_CLASS_ESCAPES[character.lower()]}]")
        if character not in _SIMPLE_ESCAPES:
            raise PatternError
        return Character("\\" + character)

    def _back_reference(self, digit: str) -> Part:
        number = int(digit)
        if number not in self._closed:
            raise PatternError
        # More digits belong to the number only while such a group exists.
        while self._place < len(self._text) and self._text[self._place].isdigit():
            longer = number * 10 + int(self._text[self._place])
            if longer not in self._closed:
                break
            number = longer
            self._place += 1
        return BackReference(number)

    def _property(self) -> str:
        end = self._text.find("}", self._place)
        if not self._at("{") or end < 0:
            raise PatternError
        name = self._text[self._place + 1 : end]
        self._place = end + 1
        if name.startswith("Is"):
            if name[2:] not in _BLOCKS:
                raise PatternError
            first, last = _BLOCKS[name[2:]]
            return f"\\U{first:08x}-\\U{last:08x}"
        if not _CATEGORY.match(name):
            raise PatternError
        return category_ranges(name)

    def _class(self) -> str:
        start = self._place
        negated = self._at("^")
        self._place += negated
        items: list[str] = []
        excluded: list[str] = []
        subtracted = ""
        while not self._at("]") or not (items or excluded):
            if self._at("-[") and (items or excluded):
                self._place += 2
                subtracted = self._class()
                break
            self._class_item(items, excluded, first=self._place == start + negated)
        if self._take() != "]":
            raise PatternError
        return _write_class(items, excluded, subtracted, negated=negated)

    def _class_item(self, items: list[str], excluded: list[str], *, first: bool) -> None:
        character = self._take()
        if character == "[":
            raise PatternError
        if character == "-":
            # A dash at either end stands for itself, any other makes a range.
            items.append("\\-" if first or self._at("]") or self._at("-[") else "-")
        elif character != "\\":
            items.append(re.escape(character))
        else:
            self._class_escape(items, excluded)

    def _class_escape(self, items: list[str], excluded: list[str]) -> None:
        escape = self._take()
        if escape in "pP":
            (items if escape == "p" else excluded).append(self._property())
        elif escape.lower() in _CLASS_ESCAPES:
            (items if escape.islower() else excluded).append(_CLASS_ESCAPES[escape.lower()])
        elif escape in _SIMPLE_ESCAPES:
            items.append("\\" + escape)
        else:
            raise PatternError


def _write_class(items: list[str], excluded: list[str], subtracted: str, *, negated: bool) -> str:
    choices = [f"[{''.join(items)}]"] if items else []
    choices += [f"[^{text}]" for text in excluded]
    union = choices[0] if len(choices) == 1 else f"(?:{'|'.join(choices)})"
    if negated:
        union = f"[^{''.join(items)}]" if not excluded else f"(?:(?!{union})(?s:.))"
    return f"(?:(?!{subtracted}){union})" if subtracted else union


def without_spaces(pattern: str) -> str:
    """Drop white space outside character classes, as the flag x asks."""
    out: list[str] = []
    depth = 0
    escaped = False
    for character in pattern:
        if character.isspace() and depth == 0:
            # White space is dropped before escapes are read, so an escape goes on to the next character.
            continue
        if not escaped:
            depth += (character == "[") - (character == "]" and depth > 0)
        escaped = character == "\\" and not escaped
        out.append(character)
    return "".join(out)


@lru_cache(maxsize=64)
def category_ranges(name: str) -> str:
    """Return the characters of a Unicode category as the inside of a Python class."""
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
