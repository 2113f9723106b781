from django.db import migrations

from torget.foundation.audit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial"), ("audit", "0002_append_only")]
    operations = [append_only("decisions_factrecord"), append_only("decisions_evaluation")]
