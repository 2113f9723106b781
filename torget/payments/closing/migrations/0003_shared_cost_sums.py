"""The parts of a shared cost sum to it, and a reversal takes back exactly what it reverses."""

from django.db import migrations

CHECK = """
CREATE FUNCTION closing_refuse_wrong_parts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    earlier closing_sharedcost;
BEGIN
    IF (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(NEW.parts)) <> NEW.amount_cents THEN
        RAISE EXCEPTION 'the parts of a shared cost do not sum to it' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO earlier FROM closing_sharedcost WHERE id = NEW.reverses_id;
        IF earlier.reverses_id IS NOT NULL OR earlier.cooperation_id <> NEW.cooperation_id
            OR earlier.first_day <> NEW.first_day OR earlier.last_day <> NEW.last_day
            OR EXISTS (
                SELECT FROM jsonb_each_text(earlier.parts) e FULL JOIN jsonb_each_text(NEW.parts) n USING (key)
                WHERE e.value::bigint + n.value::bigint IS DISTINCT FROM 0
            )
        THEN
            RAISE EXCEPTION 'a reversal takes back exactly what it reverses' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER right_parts BEFORE INSERT ON closing_sharedcost
    FOR EACH ROW EXECUTE FUNCTION closing_refuse_wrong_parts();
"""

UNCHECK = """
DROP TRIGGER right_parts ON closing_sharedcost;
DROP FUNCTION closing_refuse_wrong_parts();
"""


class Migration(migrations.Migration):
    dependencies = [("closing", "0002_locked")]
    operations = [migrations.RunSQL(CHECK, UNCHECK)]
