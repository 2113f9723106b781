"""What the full audit found, kept for the pages."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cooperations", "0003_scope"),
        ("settlement", "0007_later_fees"),
    ]

    operations = [
        migrations.CreateModel(
            name="FullAudit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_by", models.CharField(max_length=60)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["-started_at"], name="audit_latest")],
            },
        ),
        migrations.CreateModel(
            name="AuditDisagreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=160)),
                ("kept", models.CharField(max_length=100)),
                ("judged", models.CharField(max_length=100)),
                (
                    "municipality",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="cooperations.municipality"),
                ),
                (
                    "audit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disagreements",
                        to="settlement.fullaudit",
                    ),
                ),
            ],
        ),
    ]
