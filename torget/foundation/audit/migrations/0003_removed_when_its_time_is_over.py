from django.db import migrations

from torget.foundation.audit.append_only import REFUSE, REFUSE_BUT_RETENTION

REMOVE_AUDIT = """
-- Two years at least, by the database's own clock: who saw what must be told to whoever asks.
CREATE FUNCTION retention_remove_audit(p_ids bigint[]) RETURNS bigint LANGUAGE plpgsql
SET torget.removes_from = 'audit_auditentry' AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM audit_auditentry WHERE id = ANY (p_ids) AND at < clock_timestamp() - interval '2 years';
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(REFUSE_BUT_RETENTION, REFUSE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
        migrations.RunSQL(REMOVE_AUDIT, "DROP FUNCTION retention_remove_audit(bigint[])"),
    ]
