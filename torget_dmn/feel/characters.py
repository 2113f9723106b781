"""The characters of FEEL names and white space (DMN 1.5, grammar rules 27 to 31 and 61 to 63)."""

from __future__ import annotations

import re

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f\u2040"
_SPACE = "\u0009-\u000d\u0020\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

# The letters' range holds a few white space characters, so a word must not begin or go on with one.
WORD = re.compile(f"(?![{_SPACE}])[{_START}](?:(?![{_SPACE}])[{_PART}])*")
NAME_PART = re.compile(f"(?![{_SPACE}])[{_PART}]")
SPACE = re.compile(f"[{_SPACE}]+")


def normalize_name(name: str) -> str:
    """Trim a name and make each run of white space in it one space."""
    return SPACE.sub(" ", name).strip(" ")
