"""How long a conversation is kept that did not become a registered matter; what became one follows the matter."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="conversations",
        due="""
            SELECT id FROM conversations_conversation
            WHERE state = 'closed' AND case_id IS NULL AND closed_at < %(before)s
        """,
        do="SELECT retention_remove_conversations(%(ids)s)",
    ),
)
