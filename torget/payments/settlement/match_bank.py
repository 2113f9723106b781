"""The third leg: what a provider paid out, against what the banks of the municipalities have."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from torget.payments.core.months import HELSINKI
from torget.payments.core.settlement import PROVIDER_NAMES
from torget.payments.settlement.formats import BANK
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.statements import classify_sql, load_sql, lock

PROVIDERS_PATTERN = "(^| )(" + "|".join(sorted(PROVIDER_NAMES)).replace(".", r"\.") + ")( |$)"
"""What tells that an entry of the bank speaks of a payment provider."""

_LINK = """
UPDATE settlement_item SET bank_entry_id = %s, reported_cents = %s, is_booked = false
WHERE id = %s AND bank_entry_id IS NULL
"""


def match_bank(*, municipalities: list[int], now: datetime) -> None:
    """Link payouts with entries, note what is there twice or unknown, and classify; all in one commit."""
    values: dict[str, Any] = {
        "municipalities": municipalities,
        "now": now,
        "today": now.astimezone(HELSINKI).date(),
        "providers": PROVIDERS_PATTERN,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for municipality_id in municipalities:
            lock(cursor, "bank", municipality_id)
        cursor.execute(load_sql("match_bank"), values)
        for item_id, entry_id, cents in cursor.fetchall():
            cursor.execute(_LINK, [entry_id, cents, item_id])
        fresh = SettlementFile.objects.filter(
            provider=BANK,
            municipality_id__in=municipalities,
            state=SettlementFile.State.READ,
            matched_at__isnull=True,
        )
        files = list(fresh.order_by("pk").values_list("pk", flat=True))
        if files:
            cursor.execute(load_sql("add_bank_strangers"), {**values, "files": files})
            fresh.filter(pk__in=files).update(matched_at=now)
        cursor.execute(classify_sql("kind = 'settlement' AND municipality_id = ANY(%(municipalities)s)"), values)
