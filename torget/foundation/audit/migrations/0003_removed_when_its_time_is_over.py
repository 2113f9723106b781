from django.db import migrations

from torget.foundation.audit.append_only import REFUSE, REFUSE_BUT_RETENTION

REMOVE_AUDIT = """
-- Two years at least, by the database's own clock: who saw what must be told to whoever asks.
CREATE FUNCTION retention_remove_audit(p_ids bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    -- Not as an option of the function: only superusers may give it settings of our own.
    PERFORM set_config('torget.removes_from', 'audit_auditentry', true);
    DELETE FROM audit_auditentry WHERE id = ANY (p_ids) AND at < clock_timestamp() - interval '2 years';
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('torget.removes_from', '', true);
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(REFUSE_BUT_RETENTION, REFUSE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
        migrations.RunSQL(REMOVE_AUDIT, "DROP FUNCTION retention_remove_audit(bigint[])"),
    ]
