"""What a provider or a bank has told us is never changed."""

from django.db import migrations

from torget.foundation.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        append_only("settlement_settlementrecord"),
        append_only("settlement_bankstatement"),
        append_only("settlement_bankentry"),
    ]
