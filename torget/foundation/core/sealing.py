"""Small secrets and personal data at rest: JSON sealed with Fernet under keys that rotate, newest first."""

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealUnreadable(Exception):
    """No key opens it: the configured keys lack the one it was sealed with, or there are none."""


def _cipher(keys: Sequence[str]) -> MultiFernet:
    if not keys:
        raise SealUnreadable("no keys are configured")
    return MultiFernet([Fernet(key) for key in keys])


def seal(value: Any, keys: Sequence[str]) -> bytes:
    return _cipher(keys).encrypt(json.dumps(value, ensure_ascii=False).encode())


def unseal(sealed: bytes, keys: Sequence[str]) -> Any:
    """Raise SealUnreadable."""
    try:
        return json.loads(_cipher(keys).decrypt(bytes(sealed)))
    except InvalidToken:
        raise SealUnreadable("no key opens it") from None
