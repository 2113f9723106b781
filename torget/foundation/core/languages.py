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


# Letter order of Finnish and Swedish (SFS 4600): v and w are one letter only in old lists, so they stay apart here;
# å, ä and ö come after z in that order, ü sorts as y, and other accents are dropped.
_AFTER_Z = {"å": "z\x01", "ä": "z\x02", "æ": "z\x02", "ö": "z\x03", "ø": "z\x03", "ü": "y\x01"}


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
