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
    started = _started(secret, parameters, algorithm=algorithm)
    started.update(body)
    return started.hexdigest()


def _started(secret: str, parameters: Mapping[str, str], *, algorithm: str) -> hmac.HMAC:
    """The HMAC over all that stands before the body."""
    if algorithm not in ALGORITHMS:
        raise BadSignature("unknown algorithm")
    signed = sorted((name, value) for name, value in parameters.items() if name.startswith(PREFIX))
    for name, value in signed:
        if not _NAME.fullmatch(name) or _CONTROL_CHARACTER.search(value):
            raise BadSignature("a parameter has a form that cannot be signed unambiguously")
    lines = [f"{name}:{value}".encode() for name, value in signed]
    return hmac.new(secret.encode(), b"".join(line + b"\n" for line in lines), getattr(hashlib, algorithm))


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
    check = SignatureCheck(secret, parameters)
    check.update(body)
    check.finish()


class SignatureCheck:
    """`verify` for a body that comes in pieces."""

    def __init__(self, secret: str, parameters: Mapping[str, str]) -> None:
        """Raise BadSignature if nothing could make this message right."""
        try:
            self._hmac = _started(secret, parameters, algorithm=parameters.get("checkout-algorithm", ""))
            self._given = parameters.get("signature", "").encode()
        except UnicodeEncodeError:
            raise BadSignature("a parameter is not valid Unicode") from None

    def update(self, piece: bytes) -> None:
        self._hmac.update(piece)

    def finish(self) -> None:
        if not hmac.compare_digest(self._hmac.hexdigest().encode(), self._given):
            raise BadSignature("the signature does not fit" if self._given else "the signature is missing")
