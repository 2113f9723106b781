"""Which merchant account takes in which municipality's money."""

import json
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    merchant_account_id: int
    provider: str
    municipality_id: int
    sub_merchant: str | None
    """Set when the account is an aggregate that splits."""
    owner_id: int
    """On whose work list a payment to this account falls: the municipality, or the coordinator of the aggregate."""
    service_email: str


def read_merchants(text: str) -> dict[str, Merchant]:
    """From what checkout_merchants (sql/payable.sql) gives, by municipality slug."""
    return {slug: Merchant(**row) for slug, row in json.loads(text).items()}


def load_merchants() -> dict[str, Merchant]:
    """By municipality slug. A municipality's own active account goes before its part in an aggregate."""
    return _load("SELECT checkout_merchants()")


def load_second_merchants() -> dict[str, Merchant]:
    """The second ways of those municipalities that have one, by slug."""
    return _load("SELECT checkout_second_merchants()")


def _load(query: str) -> dict[str, Merchant]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return read_merchants(cursor.fetchone()[0])
