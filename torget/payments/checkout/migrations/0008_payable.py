"""One function reads what every page with fees needs, so that it costs one query."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0007_indexes_that_are_read"), ("cooperations", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (SQL / "payable.sql").read_text(encoding="utf-8"),
            "DROP FUNCTION checkout_merchants(); DROP FUNCTION checkout_held(text, text)",
        ),
    ]
