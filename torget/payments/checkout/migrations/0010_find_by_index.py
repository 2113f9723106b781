"""The staff's first page and search find what they show by an index, however many payments have ended."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkout", "0009_waiver"),
        ("cooperations", "0002_refunds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="payment",
            name="payment_attention",
        ),
        migrations.RemoveIndex(
            model_name="payment",
            name="payment_newest",
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state__in", ["attention", "pending"])),
                fields=["state", "created_at"],
                name="payment_attention",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["created_at", "id"], include=("amount_cents", "state", "municipality"), name="payment_newest"
            ),
        ),
    ]
