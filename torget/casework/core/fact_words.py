"""Facts as people read them, in three languages: cents as euros, days as days, nothing as 'not known'."""

from collections.abc import Mapping

from torget.casework.core.facts import FactValue
from torget.foundation.core.languages import LocalisedText, in_language
from torget.foundation.core.money import Money

_UNKNOWN = {"sv": "uppgift saknas", "fi": "ei tiedossa", "en": "not known"}
_YES_NO = {"sv": ("ja", "nej"), "fi": ("kyllä", "ei"), "en": ("yes", "no")}


def value_text(name: str, value: FactValue, language: str, words: Mapping[str, LocalisedText] | None = None) -> str:
    """`words`: what the procedure calls its own values, such as the choices of its form."""
    if value is None:
        return _UNKNOWN[language]
    if words and str(value) in words:
        return in_language(words[str(value)], language)
    if isinstance(value, bool):
        return _YES_NO[language][0 if value else 1]
    if name.endswith(" cents") and isinstance(value, int):
        return euros(value, language)
    if name.endswith(" on"):
        year, month, day = (int(part) for part in str(value).split("-"))
        return f"{day}/{month}/{year}" if language == "en" else f"{day}.{month}.{year}"
    return str(value)


def euros(cents: int, language: str) -> str:
    text = str(Money(cents))
    return f"€{text}" if language == "en" else f"{text.replace('.', ',')} €"
