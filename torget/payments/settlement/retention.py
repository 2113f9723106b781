"""How long files of providers and banks are kept as they came; their rows belong to the books and stay."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="settlement_files",
        due="""
            SELECT id FROM settlement_settlementfile
            WHERE content_ended_at IS NULL AND state IN ('read', 'refused') AND received_at < %(before)s
        """,
        # The folder is no part of the transaction: a task removes afterwards what no row needs any more.
        do="""
            UPDATE settlement_settlementfile SET content_ended_at = now(), original_name = '' WHERE id = ANY(%(ids)s)
        """,
    ),
)
