"""Closing millions of entries: they are looked for all at once, and the closed past is not read again.

The check of a new month now also sees marks of entries that do not exist, which the foreign key refused one by one.
"""

import django.db.models.deletion
from django.db import migrations, models

_FUNCTION = """
CREATE OR REPLACE FUNCTION closing_refuse_wrong_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    marked record;
BEGIN
    SELECT count(*) AS entries, count(*) FILTER (WHERE {wrong}) AS strangers
        INTO marked
        FROM closing_closedentry c {join} ledger_journalentry e ON e.id = c.entry_id WHERE c.closed_month_id = NEW.id;
    IF marked.entries <> NEW.entry_count OR marked.strangers > 0 THEN
        RAISE EXCEPTION 'month %: % entries are marked, % of others', NEW.month, marked.entries, marked.strangers
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.previous_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM closing_closedmonth p WHERE p.id = NEW.previous_id AND p.municipality_id = NEW.municipality_id
            AND to_char(to_date(p.month, 'YYYY-MM') + interval '1 month', 'YYYY-MM') = NEW.month
    ) THEN
        RAISE EXCEPTION 'month % does not follow its previous one', NEW.month USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
_NEW = _FUNCTION.format(join="LEFT JOIN", wrong="e.municipality_id IS DISTINCT FROM NEW.municipality_id")
_OLD = _FUNCTION.format(join="JOIN", wrong="e.municipality_id <> NEW.municipality_id")


class Migration(migrations.Migration):
    safe_because = "ADR 52: a foreign key is dropped and nothing rewritten; the version before goes on marking entries"
    dependencies = [("closing", "0003_shared_cost_sums"), ("ledger", "0003_entries_by_time")]
    operations = [
        migrations.RunSQL(_NEW, _OLD),
        migrations.AddField(model_name="closedmonth", name="complete_through", field=models.BigIntegerField(null=True)),
        migrations.AlterField(
            model_name="closedentry",
            name="entry",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                primary_key=True,
                related_name="+",
                serialize=False,
                to="ledger.journalentry",
            ),
        ),
    ]
