from django.db import migrations

from torget.foundation.cooperations.row_security import FUNCTION


class Migration(migrations.Migration):
    dependencies = [("cooperations", "0002_refunds")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION torget_scope()")]
