"""Finnish personal identity codes in free text: found by their form and masked, whoever they belong to.

Six digits of a birthday, a mark of the century (since 2023 also the letters Y-U and B-F), three digits and a check
character. A code with a mistyped check character is masked too, and so is one with spaces around the mark.
"""

import re

_CODE = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}"
    r"[ \u00a0]?[-\u2010\u2011\u2012\u2013\u2212+A-FU-Ya-fu-y][ \u00a0]?"
    r"[0-9]{3}[0-9A-Za-z]"
    r"(?![0-9A-Za-z])"
)
MASK = "******-****"


def mask_identity_codes(text: str) -> str:
    return _CODE.sub(MASK, text)


def has_identity_code(text: str) -> bool:
    return _CODE.search(text) is not None
