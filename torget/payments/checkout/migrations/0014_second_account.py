"""A municipality may have a second account, and no payment moves from one account to another."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0013_retention")]
    safe_because = (
        "ADR 38: merchant accounts are a handful of rows; what is new is narrower than what the old version writes, "
        "which knows no second account"
    )
    operations = [
        migrations.AddField("merchantaccount", "is_second", models.BooleanField(default=False, db_default=False)),
        migrations.AddConstraint(
            "merchantaccount",
            models.UniqueConstraint(
                fields=["municipality", "is_second"],
                condition=Q(is_active=True, municipality__isnull=False),
                name="one_active_account_of_each_rank",
            ),
        ),
        migrations.AddConstraint(
            "merchantaccount",
            models.CheckConstraint(
                name="second_account_is_a_municipalitys", condition=Q(is_second=False) | Q(municipality__isnull=False)
            ),
        ),
        migrations.RemoveConstraint("merchantaccount", "one_active_account_per_municipality"),
        migrations.RunSQL((SQL / "payable.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL(
            (SQL / "account_stays.sql").read_text(encoding="utf-8"),
            "DROP TRIGGER account_stays ON checkout_payment; DROP FUNCTION checkout_account_stays()",
        ),
    ]
