"""A closed month is locked by the database: nothing is added to it, changed in it or taken from it."""

from django.db import migrations

from torget.foundation.audit.append_only import append_only

LOCK = """
CREATE FUNCTION closing_refuse_into_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN closing_closedmonth m ON m.id = added.closed_month_id) THEN
        RAISE EXCEPTION 'the month is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- The entries are marked before the month's own row is written, in the same transaction; afterwards it is too late.
CREATE TRIGGER not_into_closed AFTER INSERT ON closing_closedentry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION closing_refuse_into_closed();

CREATE FUNCTION closing_refuse_wrong_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    marked record;
BEGIN
    SELECT count(*) AS entries, count(*) FILTER (WHERE e.municipality_id <> NEW.municipality_id) AS strangers
        INTO marked
        FROM closing_closedentry c JOIN ledger_journalentry e ON e.id = c.entry_id WHERE c.closed_month_id = NEW.id;
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

CREATE TRIGGER right_month AFTER INSERT ON closing_closedmonth
    FOR EACH ROW EXECUTE FUNCTION closing_refuse_wrong_month();
"""

UNLOCK = """
DROP TRIGGER right_month ON closing_closedmonth;
DROP FUNCTION closing_refuse_wrong_month();
DROP TRIGGER not_into_closed ON closing_closedentry;
DROP FUNCTION closing_refuse_into_closed();
"""


class Migration(migrations.Migration):
    dependencies = [("closing", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(LOCK, UNLOCK),
        append_only("closing_closedmonth"),
        append_only("closing_closedentry"),
        append_only("closing_columnmap"),
        append_only("closing_monthfile"),
        append_only("closing_sharedcost"),
    ]
