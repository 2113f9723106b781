"""A problem of a network, told in English with its place; pages tell the same in their reader's language."""

from collections.abc import Mapping
from typing import Self

from django.utils.translation import gettext


class Problem(str):  # noqa: SLOT000 - what a problem is made of are attributes of each
    """The whole sentence as a text, `place: what is wrong`; `says` and `values` are what it was made of."""

    place: str
    says: str
    values: Mapping[str, object]

    def __new__(cls, place: str, says: str, **values: object) -> Self:
        made = super().__new__(cls, f"{place}: {says % values}")
        made.place, made.says, made.values = place, says, values
        return made

    def in_words(self) -> str:
        """Without the place, in the active language; what stands in the sentence is translated if it is ours."""
        words = {name: gettext(str(value)) if str(value) else "" for name, value in self.values.items()}
        return gettext(self.says) % words
