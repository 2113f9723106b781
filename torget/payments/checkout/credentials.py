"""Providers' secrets at rest; without the keys the database gives nothing away."""

from typing import cast

from django.conf import settings

from torget.foundation.core.sealing import SealUnreadable, seal, unseal


class CredentialsUnreadable(Exception):
    """No configured key opens these credentials; TORGET_CREDENTIAL_KEYS lacks the key they were saved with."""


def encrypt_credentials(credentials: dict[str, str]) -> bytes:
    try:
        return seal(credentials, settings.CREDENTIAL_KEYS)
    except SealUnreadable as error:
        raise CredentialsUnreadable(str(error)) from None


def decrypt_credentials(sealed: bytes) -> dict[str, str]:
    try:
        return cast("dict[str, str]", unseal(sealed, settings.CREDENTIAL_KEYS))
    except SealUnreadable:
        raise CredentialsUnreadable("no key opens the credentials of this merchant account") from None
