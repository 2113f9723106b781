from django.db import migrations

from torget.foundation.audit.append_only import REFUSE, append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION torget_refuse_change()"),
        append_only("audit_auditentry"),
    ]
