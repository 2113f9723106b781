"""What later files say of the fees of known rows, kept apart from the items, and never changed."""

import django.db.models.deletion
from django.db import migrations, models

from torget.foundation.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("settlement", "0006_content_ended_at"), ("audit", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="LaterFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fee_cents", models.BigIntegerField()),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="settlement.settlementfile"),
                ),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later_fees",
                        to="settlement.settlementrecord",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("record", "file"), name="later_fee_once")],
            },
        ),
        append_only("settlement_laterfee"),
    ]
