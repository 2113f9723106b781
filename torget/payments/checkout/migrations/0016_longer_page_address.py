"""Some providers' page addresses carry what the page needs to begin, and are longer than 500 characters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkout", "0015_one_fee_told")]
    safe_because = "ADR 38: a longer limit changes the catalogue and no row; the old version writes shorter ones"
    operations = [
        migrations.AlterField("payment", "pay_url", models.CharField(max_length=2000, blank=True)),
    ]
