"""A refund that counted as failed and of which the provider says that it went out."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0010_find_by_index")]
    operations = [
        migrations.AddField(model_name="refund", name="said_paid_at", field=models.DateTimeField(null=True)),
        migrations.RunSQL((SQL / "move.sql").read_text(encoding="utf-8")),
    ]
