"""Providers' secrets at rest: Fernet with rotating keys; without the keys the database gives nothing away."""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CredentialsUnreadable(Exception):
    """No configured key opens these credentials; TORGET_CREDENTIAL_KEYS lacks the key they were saved with."""


def _cipher() -> MultiFernet:
    if not settings.CREDENTIAL_KEYS:
        raise CredentialsUnreadable("TORGET_CREDENTIAL_KEYS is not set")
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


def encrypt_credentials(credentials: dict[str, str]) -> bytes:
    return _cipher().encrypt(json.dumps(credentials).encode())


def decrypt_credentials(sealed: bytes) -> dict[str, str]:
    try:
        opened: dict[str, str] = json.loads(_cipher().decrypt(bytes(sealed)))
    except InvalidToken:
        raise CredentialsUnreadable("no key opens the credentials of this merchant account") from None
    return opened
