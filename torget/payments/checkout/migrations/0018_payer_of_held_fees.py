"""A fee may stand in a payment of another patron, who answers for the card; the list tells whose it is."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0017_cards")]
    operations = [migrations.RunSQL((SQL / "payable.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)]
