from django.db import migrations

from torget.foundation.cooperations.row_security import by_municipality, by_parent


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_found_by_words"), ("cooperations", "0003_scope")]
    operations = [
        by_municipality("cases_case"),
        by_municipality("cases_caseword"),
        by_municipality("cases_casenumbercounter"),
        by_parent("cases_party", "case_id", "cases_case"),
        by_parent("cases_casedocument", "case_id", "cases_case"),
        by_parent("cases_caseaction", "case_id", "cases_case"),
    ]
