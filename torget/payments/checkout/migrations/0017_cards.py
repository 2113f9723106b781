"""A checkout may have payments of several cards, each in a library system of its own."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("checkout", "0016_longer_page_address")]
    operations = [migrations.RunSQL((SQL / "start.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop)]
