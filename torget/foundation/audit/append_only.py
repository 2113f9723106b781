"""A migration step that makes a table append-only: a trigger refuses UPDATE, DELETE and TRUNCATE."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION torget_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION torget_refuse_change()",
        f"DROP TRIGGER append_only ON {table}",
    )
