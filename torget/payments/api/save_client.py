"""Make a client, or change what it may do."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.payments.api.models import ApiClient


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWish:
    name: str
    contact_email: str
    scopes: tuple[str, ...]
    municipalities: tuple[str, ...]
    """By slug; none means that the client sees nothing."""
    return_origins: tuple[str, ...] = ()
    requests_per_minute: int = 120


def save_client(*, client: ApiClient | None, wish: ClientWish, actor: str, at: datetime) -> ApiClient:
    with transaction.atomic():
        saved = client or ApiClient(created_at=at, created_by=actor)
        saved.name, saved.contact_email = wish.name, wish.contact_email
        saved.scopes, saved.return_origins = list(wish.scopes), list(wish.return_origins)
        saved.requests_per_minute = wish.requests_per_minute
        saved.save()
        saved.municipalities.set(_municipalities(wish.municipalities))
        action = "change api client" if client else "add api client"
        record(at=at, actor=actor, action=action, subject=f"client:{saved.pk}", detail=asdict(wish))
    return saved


def _municipalities(slugs: Collection[str]) -> list[Municipality]:
    found = list(Municipality.objects.filter(slug__in=slugs))
    if len(found) != len(set(slugs)):
        raise Municipality.DoesNotExist(", ".join(sorted(set(slugs) - {one.slug for one in found})))
    return found


def stop_client(*, client: ApiClient, actor: str, at: datetime) -> None:
    """No key of it opens anything any more, and it is told nothing; what it did stays."""
    with transaction.atomic():
        if ApiClient.objects.filter(pk=client.pk, stopped_at=None).update(stopped_at=at):
            client.endpoints.filter(stopped_at=None).update(stopped_at=at, stop_reason="staff")
            record(at=at, actor=actor, action="stop api client", subject=f"client:{client.pk}")


def start_client_again(*, client: ApiClient, actor: str, at: datetime) -> None:
    with transaction.atomic():
        if ApiClient.objects.filter(pk=client.pk, stopped_at__isnull=False).update(stopped_at=None):
            record(at=at, actor=actor, action="start api client", subject=f"client:{client.pk}")
