"""A decision rests on rules in force or on its official's own reasons; whoever replaces the rules meanwhile waits."""

from django.db import migrations, models

RULES_IN_FORCE = """
CREATE FUNCTION decisions_rules_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM decisions_evaluation e JOIN decisions_rulemodel m ON m.id = e.rule_model_id
    WHERE e.id = NEW.evaluation_id AND m.withdrawn_at IS NULL FOR SHARE OF m;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the rules of decision % are not in force', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rules_in_force BEFORE UPDATE ON decisions_decision FOR EACH ROW
    WHEN (NEW.state = 'signed' AND NEW.evaluation_id IS NOT NULL AND NEW.corrects_id IS NULL AND NOT NEW.has_own_reasons)
    EXECUTE FUNCTION decisions_rules_in_force();
"""

UNDO = """
DROP TRIGGER rules_in_force ON decisions_decision;
DROP FUNCTION decisions_rules_in_force();
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0005_row_security")]
    operations = [
        migrations.AddField(
            model_name="decision",
            name="has_own_reasons",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(RULES_IN_FORCE, UNDO),
    ]
