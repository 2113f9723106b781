from django.db import migrations

from torget.foundation.cooperations.row_security import by_parent


class Migration(migrations.Migration):
    dependencies = [("decisions", "0004_content_and_token"), ("cases", "0004_row_security")]
    operations = [
        by_parent("decisions_factrecord", "case_id", "cases_case"),
        by_parent("decisions_evaluation", "case_id", "cases_case"),
        by_parent("decisions_decision", "case_id", "cases_case"),
        by_parent("decisions_effect", "decision_id", "decisions_decision"),
    ]
