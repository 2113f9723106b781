"""A text of the catalogues in each language at once, for what is kept and shown later to whoever reads it."""

from collections.abc import Callable

from django.utils.translation import override

from torget.foundation.core.languages import Language, LocalisedText


def every_language(text: Callable[[], str]) -> LocalisedText:
    made = {}
    for language in Language:
        with override(language.value):
            made[language.value] = str(text())
    return made
