"""Staff find a payment by any of its cards."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("checkout", "0020_payments_of_several_cards")]
    operations = [
        AddIndexConcurrently(
            model_name="paymentline",
            index=models.Index(
                condition=models.Q(("card_number", ""), _negated=True),
                fields=["card_number"],
                name="line_of_another_card",
            ),
        ),
    ]
