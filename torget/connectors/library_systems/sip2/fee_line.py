"""The form of a fee line (AV) as a site writes it down: '{id} {amount} {text}'.

Nearly every site can be described so, and nobody has to write a regular expression, which a typing error can make run
for ever. `fee_pattern` takes one where this is not enough.
"""

import re

AMOUNT = r"(?P<amount>-?[0-9]+\.[0-9]{2})"
_PLACES = {
    "amount": AMOUNT,
    "id": r"(?P<id>[^\s,|\"]+)",
    "kind": r"(?P<kind>[^,|\"]*?)",
    "text": r"(?P<text>.*?)",
    "any": r"[^|]*?",
}
_PLACE = re.compile(r"\{([a-z]*)\}")
FORM_LENGTH_MAX = 200


def fee_line_pattern(form: str) -> re.Pattern[str]:
    """Raise ValueError for a form that names no amount, an unknown place, or one place twice."""
    if len(form) > FORM_LENGTH_MAX:
        raise ValueError(f"a fee line has at most {FORM_LENGTH_MAX} characters")
    parts = _PLACE.split(form.strip())
    places = parts[1::2]
    unknown = sorted(set(places) - set(_PLACES))
    if unknown:
        raise ValueError(
            f"a fee line knows no {{{unknown[0]}}}; there are {', '.join(f'{{{one}}}' for one in _PLACES)}"
        )
    # Each place that takes any text multiplies the ways in which a long line can be tried.
    twice = sorted(one for one in set(places) if places.count(one) > 1)
    if twice:
        raise ValueError(f"a fee line has {{{twice[0]}}} only once")
    if "amount" not in places:
        raise ValueError("a fee line needs {amount}")
    texts = [re.escape(text) for text in parts[::2]]
    return re.compile("".join(text + _PLACES.get(place, "") for text, place in zip(texts, [*places, ""], strict=True)))
