"""Payments that only try a merchant account, for who reads the reports that name them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0008_full_audits"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stamp", models.UUIDField(unique=True)),
                ("refund_stamp", models.UUIDField(unique=True)),
                ("provider", models.CharField(max_length=30)),
                ("account", models.CharField(max_length=60)),
                ("reference", models.CharField(max_length=20)),
                ("provider_reference", models.CharField(blank=True, max_length=100)),
                ("amount_cents", models.PositiveIntegerField()),
            ],
        ),
    ]
