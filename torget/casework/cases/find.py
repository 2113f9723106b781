"""Find cases by what somebody types: whole words and beginnings of three letters and more, in any order.

Words are kept as keyed digests (CaseWord), because parties' names are sealed and may not stand beside their seal in the
clear. The key is the installation's secret; after a change of it `torget index_cases` makes them anew.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from torget.casework.cases.models import Case, CaseWord
from torget.foundation.core.business_days import HELSINKI

PREFIX_MIN, PREFIX_MAX = 3, 12
_WORD = re.compile(r"[^\W_]+")
WORDS_MAX = 6


def folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def digest_of(word: str) -> int:
    hashed = salted_hmac("torget.cases.word", word, algorithm="sha256").digest()
    return int.from_bytes(hashed[:8], "big", signed=True)


def beginnings(word: str) -> set[str]:
    return {word, *(word[:length] for length in range(PREFIX_MIN, min(PREFIX_MAX, len(word)) + 1))}


def index_words(case: Case, texts: Iterable[str]) -> None:
    """Make the case findable by these texts; a case number also as a whole."""
    plain = [folded(text) for text in texts]
    words = {part for text in plain for word in _WORD.findall(text) for part in beginnings(word)} | {*plain}
    CaseWord.objects.bulk_create(
        (CaseWord(case=case, municipality_id=case.municipality_id, digest=digest_of(word)) for word in sorted(words)),
        ignore_conflicts=True,
    )


def find_cases(text: str, municipality_ids: AbstractSet[int]) -> QuerySet[Case]:
    """Cases of these municipalities in which every word that was typed is found; all of them for no word."""
    found = Case.objects.filter(municipality__in=sorted(municipality_ids))
    plain = folded(text.strip())
    if not plain:
        return found
    # A case number is one word, whatever stands between its parts.
    typed = [plain] if "/" in plain or "-" in plain else _WORD.findall(plain)[:WORDS_MAX]
    for digest in sorted({digest_of(word) for word in typed}):
        # One look into the index for each word: two common names may be few together.
        words = CaseWord.objects.filter(municipality__in=sorted(municipality_ids), digest=digest)
        found = found.filter(pk__in=words.values("case_id"))
    return found


def count_opened_on(day: date, *, procedure: str, subject: Mapping[str, str]) -> int:
    """How many cases of this kind were opened on a day about the same subject."""
    begin = datetime.combine(day, time(), HELSINKI)
    opened = Case.objects.filter(procedure=procedure, opened_at__gte=begin, opened_at__lt=begin + timedelta(days=1))
    return opened.filter(**{f"subject__{name}": value for name, value in subject.items()}).count()
