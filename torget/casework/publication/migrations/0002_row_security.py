from django.db import migrations

from torget.foundation.cooperations.row_security import by_parent


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_initial"), ("decisions", "0005_row_security")]
    operations = [by_parent("publication_publication", "decision_id", "decisions_decision")]
