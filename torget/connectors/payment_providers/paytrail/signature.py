"""Paytrail's signature: an HMAC over every `checkout-*` header or parameter and the exact bytes of the body.

New `checkout-*` names may appear at any time, so no list of them exists anywhere in this connector.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

PREFIX = "checkout-"
ALGORITHMS = ("sha256", "sha512")

# A name with a colon or a value with a line feed would let two different messages have the same string to sign.
_NAME = re.compile(r"checkout-[A-Za-z0-9_.-]+")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class BadSignature(ValueError):
    """The message is not provably from the holder of the secret."""


def sign(secret: str, parameters: Mapping[str, str], body: bytes = b"", *, algorithm: str = "sha256") -> str:
    """Lower-case hex HMAC; parameters whose names do not begin with `checkout-` are left out."""
    if algorithm not in ALGORITHMS:
        raise BadSignature("unknown algorithm")
    signed = sorted((name, value) for name, value in parameters.items() if name.startswith(PREFIX))
    for name, value in signed:
        if not _NAME.fullmatch(name) or _CONTROL_CHARACTER.search(value):
            raise BadSignature("a parameter has a form that cannot be signed unambiguously")
    lines = [f"{name}:{value}".encode() for name, value in signed]
    return hmac.new(secret.encode(), b"\n".join([*lines, body]), getattr(hashlib, algorithm)).hexdigest()


def without_repeats(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a mapping; a repeated key is refused, because two readers could choose different values."""
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in parameters:
            raise BadSignature("a parameter is repeated")
        parameters[name] = value
    return parameters


def verify(secret: str, parameters: Mapping[str, str], body: bytes = b"") -> None:
    """Raise BadSignature unless `signature` among the parameters fits all the `checkout-*` ones and the body."""
    given = parameters.get("signature", "")
    try:
        expected = sign(secret, parameters, body, algorithm=parameters.get("checkout-algorithm", ""))
        given_bytes = given.encode()
    except UnicodeEncodeError:
        raise BadSignature("a parameter is not valid Unicode") from None
    if not hmac.compare_digest(expected.encode(), given_bytes):
        raise BadSignature("the signature does not fit" if given else "the signature is missing")
