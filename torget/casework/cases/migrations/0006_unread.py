from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("cases", "0005_most_urgent_first")]

    operations = [
        migrations.AddField(model_name="case", name="unread_since", field=models.DateTimeField(null=True)),
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("unread_since__isnull", False)), fields=["municipality"], name="case_unread"
            ),
        ),
    ]
