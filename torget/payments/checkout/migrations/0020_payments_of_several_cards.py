"""A payment may be of several cards, which are told one after the other."""

from importlib import import_module
from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"
add_transitions = import_module("torget.payments.checkout.migrations.0006_refund_steps").add_transitions


class Migration(migrations.Migration):
    dependencies = [("checkout", "0019_part_in_an_aggregate_rests")]
    operations = [
        migrations.AddField(
            model_name="paymentline",
            name="card_number",
            field=models.CharField(blank=True, db_default="", max_length=40),
        ),
        migrations.AddField(
            model_name="registrationattempt",
            name="library_system",
            field=models.CharField(blank=True, db_default="", max_length=30),
        ),
        migrations.AddField(
            model_name="registrationattempt",
            name="patron_reference",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.RunPython(add_transitions, migrations.RunPython.noop),
        *(
            migrations.RunSQL((SQL / f"{name}.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)
            for name in ("patron_lock", "start", "facts", "claim", "move", "reversal")
        ),
    ]
