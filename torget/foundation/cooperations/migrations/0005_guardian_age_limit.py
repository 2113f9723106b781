"""A municipality decides until what age a guardian may pay for a child's card."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cooperations", "0004_further_library_systems")]

    operations = [
        migrations.AddField(
            model_name="municipality",
            name="guardian_age_limit",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        AddConstraintNotValid(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(("guardian_age_limit__in", (0, 15, 18))), name="municipality_guardian_age"
            ),
        ),
        ValidateConstraint(model_name="municipality", name="municipality_guardian_age"),
    ]
