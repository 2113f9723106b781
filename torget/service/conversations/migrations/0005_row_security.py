from django.db import migrations

from torget.foundation.cooperations.row_security import by_condition, by_parent

SCOPE = "ANY ((SELECT torget_scope())::bigint[])"
# Whom a conversation is offered to must see it, and both sides the offer itself. In the moment between the answer to the
# last offer and the move of the conversation it is still the first one's, in whichever order the two rows are written.
OFFERED = (
    "EXISTS (SELECT FROM conversations_transfer t WHERE t.conversation_id = conversations_conversation.id "
    f"AND t.to_municipality_id = {SCOPE} AND (t.state = 'offered' OR (t.state = 'accepted' "
    "AND t.from_municipality_id = conversations_conversation.municipality_id AND NOT EXISTS ("
    "SELECT FROM conversations_transfer later WHERE later.conversation_id = t.conversation_id AND later.id > t.id))))"
)
# A form stays where it was sent; who has the conversation now reads it.
SENT = "EXISTS (SELECT FROM conversations_contact c WHERE c.draft_id = service_forms_draft.id)"
ATTACHED = (
    "(EXISTS (SELECT FROM service_forms_draft d WHERE d.id = service_forms_attachment.draft_id) OR EXISTS ("
    "SELECT FROM conversations_contact_attachments a WHERE a.attachment_id = service_forms_attachment.id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0004_retention"),
        ("service_forms", "0002_drafts_of_a_municipality"),
        ("cooperations", "0003_scope"),
    ]
    operations = [
        by_condition("conversations_transfer", f"(from_municipality_id = {SCOPE} OR to_municipality_id = {SCOPE})"),
        by_condition("conversations_conversation", f"(municipality_id = {SCOPE} OR {OFFERED})"),
        by_parent("conversations_contact", "conversation_id", "conversations_conversation"),
        by_parent("conversations_contact_attachments", "contact_id", "conversations_contact"),
        by_parent("conversations_conversationevent", "conversation_id", "conversations_conversation"),
        by_parent("conversations_presence", "conversation_id", "conversations_conversation"),
        by_condition("service_forms_draft", f"(municipality_id = {SCOPE} OR {SENT})"),
        by_condition("service_forms_attachment", ATTACHED, may_be_added="true"),
    ]
