"""The books balance and never change: what the database itself guarantees."""

from django.db import migrations

from torget.foundation.audit.append_only import append_only

BALANCE = """
CREATE FUNCTION ledger_refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Entry by entry through the index: as a join it could be planned as a scan of the whole table.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT entry_id FROM added) touched
        WHERE (SELECT sum(amount_cents) FROM ledger_posting WHERE entry_id = touched.entry_id) <> 0
    ) THEN
        RAISE EXCEPTION 'postings do not balance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER balanced AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_unbalanced();

CREATE FUNCTION ledger_refuse_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM ledger_posting WHERE entry_id = NEW.id) < 2 THEN
        RAISE EXCEPTION 'entry % has fewer than two postings', NEW.key USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER not_empty AFTER INSERT ON ledger_journalentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_empty();
"""

UNBALANCE = """
DROP TRIGGER not_empty ON ledger_journalentry;
DROP FUNCTION ledger_refuse_empty();
DROP TRIGGER balanced ON ledger_posting;
DROP FUNCTION ledger_refuse_unbalanced();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(BALANCE, UNBALANCE),
        append_only("ledger_journalentry"),
        append_only("ledger_posting"),
    ]
