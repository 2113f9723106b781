"""What named the payee is kept with the line, for rules may change."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0023_find_cards_set_aside")]
    operations = [
        migrations.AddField("paymentline", "payee_source", models.CharField(blank=True, db_default="", max_length=20)),
        migrations.RunSQL((SQL / "start.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
