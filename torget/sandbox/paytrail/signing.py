"""The vendor's side of the signature, written apart from the connector's so that one error cannot hide in both."""

import hmac
from collections.abc import Mapping


def string_to_sign(parameters: Mapping[str, str], body: bytes) -> bytes:
    names = sorted(name for name in parameters if name[:9] == "checkout-")
    return "".join(f"{name}:{parameters[name]}\n" for name in names).encode() + body


def signature_of(secret: str, parameters: Mapping[str, str], body: bytes = b"") -> str:
    """Hex HMAC by the algorithm that the parameters name; KeyError or ValueError if they name none that exists."""
    algorithm = parameters["checkout-algorithm"]
    if algorithm not in {"sha256", "sha512"}:
        raise ValueError(algorithm)
    return hmac.digest(secret.encode(), string_to_sign(parameters, body), algorithm).hex()
