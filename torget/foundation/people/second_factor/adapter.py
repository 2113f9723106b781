"""What allauth's second factor keeps secret is sealed with the keys that seal the merchants' credentials."""

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SecretUnreadable(Exception):
    """No configured key opens this secret; TORGET_CREDENTIAL_KEYS lacks the key it was saved with."""


def _cipher() -> MultiFernet:
    if not settings.CREDENTIAL_KEYS:
        raise SecretUnreadable("TORGET_CREDENTIAL_KEYS is not set")
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


class SealedAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth asks its adapter to seal; its own default keeps the secrets in plain text."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable("no key opens the secret of this authenticator app") from None
