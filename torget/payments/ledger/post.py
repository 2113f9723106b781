"""Write entries into the books that do not come with a step of a payment: fees and payouts of a provider, say."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from torget.payments.core.ledger import Entry

_ENTRY = """
INSERT INTO ledger_journalentry (municipality_id, key, kind, happened_at) VALUES (%s, %s, %s, %s)
ON CONFLICT ON CONSTRAINT journal_entry_once DO NOTHING RETURNING id
"""


def post_entries(entries: Iterable[Entry], *, happened_at: datetime) -> int:
    """In one commit; an entry whose key is in the books already is left as it is. The number written."""
    written = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for entry in entries:
            cursor.execute(_ENTRY, [entry.municipality_id, entry.key, entry.kind, happened_at])
            row = cursor.fetchone()
            if row is None:
                continue
            accounts = [posting.account for posting in entry.postings]
            amounts = [posting.amount.cents for posting in entry.postings]
            # One statement for all postings of an entry: the balance is checked after each statement.
            cursor.execute(
                "INSERT INTO ledger_posting (entry_id, account, amount_cents) "
                "SELECT %s, * FROM unnest(%s::text[], %s::bigint[])",
                [row[0], accounts, amounts],
            )
            written += 1
    return written
