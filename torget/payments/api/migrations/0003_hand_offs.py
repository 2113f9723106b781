"""Patrons come from a client's pages to ours by a link that works once."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0002_outbox"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apiclient",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("fees:read", "fees:read"),
                        ("checkouts:write", "checkouts:write"),
                        ("checkouts:read", "checkouts:read"),
                        ("receipts:read", "receipts:read"),
                        ("hand-offs:write", "hand-offs:write"),
                        ("refunds:write", "refunds:write"),
                    ],
                    max_length=30,
                ),
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="HandOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("library_system", models.CharField(max_length=30)),
                ("card_number", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=2)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="api.apiclient")),
            ],
        ),
    ]
