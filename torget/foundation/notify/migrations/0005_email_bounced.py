from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notify", "0004_reminders"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="outgoingemail",
            index=models.Index(
                condition=models.Q(("bounced_at__isnull", False)), fields=["bounced_at"], name="email_bounced"
            ),
        ),
    ]
