"""The three service languages; Swedish and Finnish are equal, English is a service."""

import unicodedata
from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    SWEDISH = "sv"
    FINNISH = "fi"
    ENGLISH = "en"


LocalisedText = Mapping[str, str]
"""Texts by language code; all three languages are present in everything we ship."""


def in_language(texts: LocalisedText, language: str) -> str:
    """The text in the language asked for, else in Finnish, else any; never an empty string if one exists."""
    for code in (language, Language.FINNISH, Language.SWEDISH, Language.ENGLISH):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")


# Letter order of Finnish and Swedish (SFS 4600): å, ä and ö come after z in that order, ü sorts as y, and other accents
# are dropped. The three stand for characters that follow 'z' in plain byte order.
_AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y"}


def sort_key(text: str) -> str:
    """A key whose plain byte order is the Nordic order; the embedded PostgreSQL has no ICU collations."""
    out = []
    for char in text.casefold():
        if char in _AFTER_Z:
            out.append(_AFTER_Z[char])
            continue
        decomposed = unicodedata.normalize("NFD", char)
        out.append("".join(part for part in decomposed if not unicodedata.combining(part)))
    return "".join(out)
