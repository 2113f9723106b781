from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0012_refund_rests"),
        ("audit", "0003_removed_when_its_time_is_over"),
        ("ledger", "0003_entries_by_time"),
    ]
    operations = [
        migrations.RunSQL(
            (SQL / "retention.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION retention_remove_payments(bigint[]); DROP FUNCTION retention_remove_messages(bigint[])",
        ),
    ]
