from django.db import migrations

FINAL = """
CREATE FUNCTION decisions_signed_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'signed' THEN
        RAISE EXCEPTION 'decision % is signed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER signed_is_final BEFORE UPDATE OR DELETE ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_signed_is_final();

CREATE FUNCTION decisions_automatic_is_commissioned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_automatic AND NEW.state = 'signed' AND NOT EXISTS (
        SELECT FROM decisions_commissioning c
        JOIN decisions_evaluation e ON e.id = NEW.evaluation_id AND e.rule_model_id = c.rule_model_id
        JOIN cases_case k ON k.id = NEW.case_id AND k.municipality_id = c.municipality_id AND k.procedure = c.procedure
        WHERE c.id = NEW.commissioning_id AND c.stopped_at IS NULL AND e.route = 'automatic' AND e.case_id = NEW.case_id
    ) THEN
        RAISE EXCEPTION 'no commissioning in force for this model' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER automatic_is_commissioned BEFORE INSERT OR UPDATE ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_automatic_is_commissioned();
"""

UNDO = """
DROP TRIGGER automatic_is_commissioned ON decisions_decision;
DROP FUNCTION decisions_automatic_is_commissioned();
DROP TRIGGER signed_is_final ON decisions_decision;
DROP FUNCTION decisions_signed_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_append_only")]
    operations = [migrations.RunSQL(FINAL, UNDO)]
