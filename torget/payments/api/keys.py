"""Keys of clients: made, shown once, found by their prefix, revoked."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.payments.api.models import ApiClient, ApiKey

START = "torget"
_PREFIX_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_PREFIX_LENGTH = 12


def digest_of(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def prefix_of(key: str) -> str:
    """Where a key says which row it belongs to; '' for what is no key of ours."""
    start, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    return prefix if start == START and secret and len(prefix) == _PREFIX_LENGTH else ""


def issue_key(*, client: ApiClient, actor: str, at: datetime) -> str:
    """A new key beside those there are, so that a program can change over; this is the only time it is seen."""
    prefix = "".join(secrets.choice(_PREFIX_LETTERS) for _ in range(_PREFIX_LENGTH))
    key = f"{START}_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        ApiKey.objects.create(client=client, prefix=prefix, digest=digest_of(key), created_at=at, created_by=actor)
        record(at=at, actor=actor, action="issue api key", subject=f"client:{client.pk}", detail={"prefix": prefix})
    return key


def revoke_key(*, client: ApiClient, prefix: str, actor: str, at: datetime) -> bool:
    """False when it is revoked already, or is no key of this client."""
    with transaction.atomic():
        changed = client.keys.filter(prefix=prefix, revoked_at=None).update(revoked_at=at, revoked_by=actor)
        if changed:
            record(
                at=at, actor=actor, action="revoke api key", subject=f"client:{client.pk}", detail={"prefix": prefix}
            )
    return bool(changed)
