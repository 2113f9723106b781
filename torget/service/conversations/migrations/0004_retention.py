from django.db import migrations

REMOVE = """
-- The one way in which a conversation leaves the database: only when it is closed and did not become a registered matter.
CREATE FUNCTION retention_remove_conversations(p_ids bigint[]) RETURNS bigint LANGUAGE plpgsql
SET torget.removes_from = 'conversations_contact conversations_conversationevent' AS $$
DECLARE
    going bigint[];
    sent bigint[];
    files bigint[];
BEGIN
    SELECT array_agg(id) INTO going FROM (
        SELECT id FROM conversations_conversation
        WHERE id = ANY (p_ids) AND state = 'closed' AND case_id IS NULL FOR UPDATE
    ) locked;
    SELECT array_agg(draft_id) INTO sent FROM conversations_contact
        WHERE conversation_id = ANY (going) AND draft_id IS NOT NULL;
    SELECT array_agg(attachment_id) INTO files FROM conversations_contact_attachments a
        JOIN conversations_contact c ON c.id = a.contact_id WHERE c.conversation_id = ANY (going);
    DELETE FROM conversations_contact_attachments WHERE contact_id IN (
        SELECT id FROM conversations_contact WHERE conversation_id = ANY (going)
    );
    DELETE FROM conversations_contact WHERE conversation_id = ANY (going);
    DELETE FROM conversations_conversationevent WHERE conversation_id = ANY (going);
    DELETE FROM conversations_presence WHERE conversation_id = ANY (going);
    DELETE FROM conversations_transfer WHERE conversation_id = ANY (going);
    DELETE FROM conversations_conversation WHERE id = ANY (going);
    DELETE FROM service_forms_attachment WHERE id = ANY (files) OR draft_id = ANY (sent);
    DELETE FROM service_forms_draft WHERE id = ANY (sent);
    RETURN coalesce(cardinality(going), 0);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_events_and_marks"),
        ("audit", "0003_removed_when_its_time_is_over"),
    ]
    operations = [migrations.RunSQL(REMOVE, "DROP FUNCTION retention_remove_conversations(bigint[])")]
