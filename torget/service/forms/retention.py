"""How long a form is kept that was begun and never sent."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="drafts",
        due="SELECT id FROM service_forms_draft WHERE sent_at IS NULL AND expires_at < %(before)s",
        do="""
            WITH files AS (DELETE FROM service_forms_attachment WHERE draft_id = ANY(%(ids)s))
            DELETE FROM service_forms_draft WHERE id = ANY(%(ids)s) AND sent_at IS NULL
        """,
    ),
)
