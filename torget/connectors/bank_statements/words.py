"""What is kept of a free text on a bank account: words that can identify a settlement, and nothing about a person.

A municipality's account has entries of every kind, with names, greetings and personal identity codes in their texts.
"""

import re

from torget.payments.core.settlement import PROVIDER_NAMES

MESSAGE_LENGTH = 300

_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4})?|\d{4}-\d{2}-\d{2}")
_NOT_KEPT = re.compile(
    r".*@.*"  # e-mail address
    r"|\d{6}[-+A-FU-Y]\d{3}[0-9A-Z].*"  # Finnish personal identity code
    r"|\+\d+|(?:00)?358\d{7,10}|0(?:4\d|50)\d{4,8}"  # telephone number
    r"|[A-Z]{2}\d{2}[A-Z0-9]{11,30}",  # account number
    re.IGNORECASE,
)
_DIGITS_MIN = 4


def identifying_words(text: str) -> str:
    """'Paytrail tilitys 45667372, Mikko Mallikas' becomes 'Paytrail 45667372'."""
    kept = [word for word in (word.strip(",;:()[]\"'") for word in text.split()) if _is_kept(word)]
    return " ".join(kept)[:MESSAGE_LENGTH]


def _is_kept(word: str) -> bool:
    if word.casefold() in PROVIDER_NAMES or _DATE.fullmatch(word):
        return True
    return sum(char.isdigit() for char in word) >= _DIGITS_MIN and not _NOT_KEPT.fullmatch(word)
