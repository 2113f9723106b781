"""A municipality's part in an aggregate may rest: nothing new is paid to it, and what is open goes on."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0018_payer_of_held_fees")]
    operations = [
        migrations.AddField("submerchant", "is_active", models.BooleanField(default=True, db_default=True)),
        migrations.RunSQL((SQL / "payable.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
