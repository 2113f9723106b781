"""A card that cannot be told waits while the other cards of its payment are told."""

from importlib import import_module
from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
add_transitions = import_module("torget.payments.checkout.migrations.0006_refund_steps").add_transitions


class Migration(migrations.Migration):
    dependencies = [("checkout", "0021_line_of_another_card")]
    operations = [
        migrations.AddField("paymentline", "aside_until", models.DateTimeField(null=True)),
        migrations.AddField("paymentline", "aside_tries", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("paymentline", "aside_reason", models.CharField(blank=True, db_default="", max_length=60)),
        migrations.RunPython(add_transitions, migrations.RunPython.noop),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)
            for name in ("patron_lock", "claim", "move")
        ),
    ]
