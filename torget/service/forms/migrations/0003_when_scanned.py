from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("service_forms", "0002_drafts_of_a_municipality")]

    operations = [
        AddIndexConcurrently(
            model_name="attachment",
            index=models.Index(fields=["scanned_at"], name="attachment_scanned"),
        ),
    ]
