"""How an item was explained before is never changed."""

from django.db import migrations

from torget.foundation.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("settlement", "0004_reconciliation"), ("audit", "0002_append_only")]

    operations = [append_only("settlement_itemevent")]
