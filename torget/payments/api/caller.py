"""Who calls: from a key to the client, with what it may do; and how much of its minute is left."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from torget.foundation.people.access import Access
from torget.payments.api.keys import digest_of, prefix_of
from torget.payments.api.models import ApiKey

WINDOW = timedelta(minutes=1)
_USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownKey(Exception):
    """No key of ours, a revoked one, or one of a client that was stopped; it is not said which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    client_id: int
    name: str
    scopes: frozenset[str]
    municipality_ids: frozenset[int]
    return_origins: tuple[str, ...]
    requests_per_minute: int

    @property
    def actor(self) -> str:
        return f"client:{self.client_id}"

    @property
    def access(self) -> Access:
        """What a refund asks for; whoever refunds by the interface is never the second person."""
        return Access(employee_id=0, acts_as=self.actor, finance=self.municipality_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A client's fixed minute, as the RateLimit header fields tell it."""

    limit: int
    left: int
    resets_in_seconds: int
    is_over: bool


def find_caller(*, key: str, now: datetime) -> Caller:
    """Raise UnknownKey."""
    prefix = prefix_of(key)
    found = ApiKey.objects.select_related("client").filter(prefix=prefix).first() if prefix else None
    # A digest is compared in any case, so that an unknown prefix takes as long as a wrong secret.
    fits = hmac.compare_digest(bytes(found.digest) if found else digest_of(""), digest_of(key))
    if found is None or not fits or found.revoked_at is not None or found.client.stopped_at is not None:
        raise UnknownKey
    unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_NOTED_EVERY)
    ApiKey.objects.filter(unnoted, pk=found.pk).update(last_used_at=now)
    client = found.client
    return Caller(
        client_id=client.pk,
        name=client.name,
        scopes=frozenset(client.scopes),
        municipality_ids=frozenset(client.municipalities.values_list("pk", flat=True)),
        return_origins=tuple(client.return_origins),
        requests_per_minute=client.requests_per_minute,
    )


def use_allowance(caller: Caller, now: datetime) -> Allowance:
    """Count one request in the client's minute; one statement, so two processes never lose one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO api_requestwindow AS w (client_id, started_at, used) VALUES (%(client)s, %(now)s, 1)
            ON CONFLICT (client_id) DO UPDATE SET
                started_at = CASE WHEN w.started_at <= %(before)s THEN excluded.started_at ELSE w.started_at END,
                used = CASE WHEN w.started_at <= %(before)s THEN 1 ELSE w.used + 1 END
            RETURNING started_at, used
            """,
            {"client": caller.client_id, "now": now, "before": now - WINDOW},
        )
        started_at, used = cursor.fetchone()
    limit = caller.requests_per_minute
    rest = (started_at + WINDOW - now).total_seconds()
    return Allowance(
        limit=limit, left=max(limit - used, 0), resets_in_seconds=max(int(rest + 0.999), 1), is_over=used > limit
    )
