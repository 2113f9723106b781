"""How long answers under idempotency keys and the log of webhooks are kept."""

from torget.foundation.core.retention import Act

ACTS = (
    Act(
        rule="kept_answers",
        due="SELECT id FROM api_keptanswer WHERE created_at < %(before)s",
        do="DELETE FROM api_keptanswer WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="hand_offs",
        due="SELECT id FROM api_handoff WHERE expires_at < %(before)s",
        do="DELETE FROM api_handoff WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="webhooks",
        due="""
            SELECT m.id FROM api_webhookmessage m WHERE m.created_at < %(before)s
                AND NOT EXISTS (SELECT FROM api_webhookdelivery d WHERE d.message_id = m.id AND d.state = 'waiting')
        """,
        do="""
            WITH delivery AS (
                DELETE FROM api_webhookdelivery WHERE message_id = ANY(%(ids)s) RETURNING id
            ), attempt AS (
                DELETE FROM api_deliveryattempt WHERE delivery_id IN (SELECT id FROM delivery)
            )
            DELETE FROM api_webhookmessage WHERE id = ANY(%(ids)s)
        """,
    ),
)
