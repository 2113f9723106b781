"""One function reads what every page with fees needs, so that it costs one query."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("fees", "0001_initial"), ("cooperations", "0001_initial")]
    operations = [
        migrations.RunSQL((SQL / "policy.sql").read_text(encoding="utf-8"), "DROP FUNCTION fees_policy(text)"),
    ]
