"""What the package says of models and tables, in the languages of those who write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from torget_dmn.words import finnish, swedish

ENGLISH = "en"
# English is the source; each of the others says the same sentences and the same words of places.
SENTENCES: Mapping[str, Mapping[str, str]] = {"sv": swedish.SENTENCES, "fi": finnish.SENTENCES}
PLACES: Mapping[str, Mapping[str, str]] = {"sv": swedish.PLACES, "fi": finnish.PLACES}
_LINE = re.compile(r"\(line (\d+)\)$")


class Sentence(str):
    """A sentence in English that can be said in the other languages too."""

    __slots__ = ("facts", "pattern")

    pattern: str
    facts: Mapping[str, Any]

    def said_in(self, language: str) -> str:
        """Say the sentence in a language."""
        pattern = self.pattern if language == ENGLISH else SENTENCES[language][self.pattern]
        return pattern.format(**{name: _fact(fact, language) for name, fact in self.facts.items()})


def say(pattern: str, **facts: Any) -> Sentence:
    """Make a sentence; facts may be sentences themselves, or lists."""
    said = Sentence(pattern.format(**{name: _fact(fact, ENGLISH) for name, fact in facts.items()}))
    said.pattern, said.facts = pattern, facts
    return said


def said_in(language: str, text: str) -> str:
    """Say a text in a language, as far as it is a sentence of this package."""
    return text.said_in(language) if isinstance(text, Sentence) else text


def together(parts: Iterable[str]) -> str:
    """Join parts: `a`, `a and b`, `a, b and c`."""
    *some, last = parts
    return say("{some} and {last}", some=some, last=last) if some else last


def place_in(language: str, place: str) -> str:
    """Say a place of a model, such as `decision 'fee', row 2`, in a language."""
    if language == ENGLISH:
        return place
    words = PLACES[language]
    parts = [_part_in(words, part) for part in place.split(", ")]
    return _LINE.sub(lambda line: f"({words['line']} {line[1]})", ", ".join(parts))


def _part_in(words: Mapping[str, str], part: str) -> str:
    # The longest first: `input data` is not an input.
    for word in sorted(words, key=len, reverse=True):
        if part == word or part.startswith(f"{word} "):
            return words[word] + part[len(word) :]
    return part


def _fact(fact: Any, language: str) -> str:
    if isinstance(fact, list):
        return ", ".join(_fact(one, language) for one in fact)
    return said_in(language, fact if isinstance(fact, str) else str(fact))
