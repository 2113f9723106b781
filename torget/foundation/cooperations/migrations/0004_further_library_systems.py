"""A consortium may have several library systems at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cooperations", "0003_scope"),
    ]

    operations = [
        migrations.AddField(
            model_name="cooperation",
            name="further_library_systems",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
