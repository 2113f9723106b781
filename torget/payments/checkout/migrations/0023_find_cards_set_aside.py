"""Whether a patron's card is set aside in doubt is asked before each order for that patron."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("checkout", "0022_cards_set_aside")]
    operations = [
        AddIndexConcurrently(
            model_name="paymentline",
            index=models.Index(
                condition=models.Q(("aside_until__isnull", False), ("outcome", "")),
                fields=["library_system", "patron_reference"],
                name="line_set_aside",
            ),
        ),
    ]
