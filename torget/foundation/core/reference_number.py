"""Finnish bank reference numbers (viite) and their international form (RF creditor reference, ISO 11649)."""


class BadReferenceNumber(ValueError):
    """Not a valid reference number."""


def _check_digit(base: str) -> str:
    weighted = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(base)))
    return str(-weighted % 10)


def reference_number(base: int) -> str:
    """Append the check digit (weights 7, 3, 1 from the right); 3 to 19 digits may precede it."""
    digits = str(base)
    if base < 0 or not 3 <= len(digits) <= 19:
        raise BadReferenceNumber(digits)
    return digits + _check_digit(digits)


def is_reference_number(text: str) -> bool:
    digits = text.replace(" ", "").lstrip("0")
    return digits.isascii() and digits.isdigit() and 4 <= len(digits) <= 20 and _check_digit(digits[:-1]) == digits[-1]


def rf_reference(reference: str) -> str:
    """'RF' + two check digits (mod 97 over the reference followed by RF00 as 271500) + the Finnish reference."""
    if not is_reference_number(reference):
        raise BadReferenceNumber(reference)
    digits = reference.replace(" ", "").lstrip("0")
    return f"RF{98 - int(digits + '271500') % 97:02d}{digits}"


def normal_reference(text: str) -> str:
    """The Finnish reference as digits without spaces and leading zeros, also from its RF form; '' if it is neither."""
    compact = "".join(text.split()).upper()
    if compact.startswith("RF"):
        bare = compact[4:].lstrip("0")
        is_right = is_reference_number(bare) and rf_reference(bare) == compact[:4] + bare
        return bare if is_right else ""
    return compact.lstrip("0") if is_reference_number(compact) else ""
