"""What every page with fees reads tells also for how long guardians may pay for a child's card."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("fees", "0004_payment_time"), ("cooperations", "0005_guardian_age_limit")]
    operations = [
        migrations.RunSQL((SQL / "policy.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
