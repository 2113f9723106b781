"""The steps of a library system that is told fee by fee, and what became of each fee."""

from importlib import import_module
from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"
add_transitions = import_module("torget.payments.checkout.migrations.0006_refund_steps").add_transitions


class Migration(migrations.Migration):
    dependencies = [("checkout", "0014_second_account")]
    operations = [
        migrations.RunPython(add_transitions, migrations.RunPython.noop),
        migrations.RunSQL((SQL / "facts.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
