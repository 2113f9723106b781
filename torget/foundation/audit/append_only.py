"""A migration step that makes a table append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.

Only what has outlived its purpose is removed, by SQL functions named retention_remove_… that check for themselves what
may go, by the database's own clock; nothing is ever changed (ADR 37).
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION torget_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""

REFUSE_BUT_RETENTION = """
CREATE OR REPLACE FUNCTION torget_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    called_by text;
BEGIN
    -- Such a function names the tables in a setting of its own; the setting alone opens nothing.
    IF TG_OP = 'DELETE'
            AND TG_TABLE_NAME = ANY (string_to_array(current_setting('torget.removes_from', true), ' ')) THEN
        GET DIAGNOSTICS called_by = PG_CONTEXT;
        IF called_by ~ '\\mretention_remove_[a-z_]+\\(' THEN
            RETURN NULL;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION torget_refuse_change()",
        f"DROP TRIGGER append_only ON {table}",
    )
