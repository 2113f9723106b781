"""Migration steps that let a table's rows be reached only from within their municipality's scope (staff/scope.py)."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION torget_scope() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('torget.municipalities', true), '')::bigint[]
$$;
"""
"""NULL is no scope: workers, commands and residents' pages reach every row. An empty array reaches none."""


def by_condition(table: str, condition: str, *, may_be_added: str = "") -> migrations.RunSQL:
    """`may_be_added`: what holds for new rows instead, where they are tied to their municipality a moment later."""
    check = f" WITH CHECK ({may_be_added})" if may_be_added else ""
    # Forced, because the one database user owns the tables, and owners are exempt otherwise.
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
        f"CREATE POLICY municipality ON {table} USING ((SELECT torget_scope()) IS NULL OR {condition}){check}",
        f"DROP POLICY municipality ON {table}; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; "
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )


def by_municipality(table: str, column: str = "municipality_id") -> migrations.RunSQL:
    return by_condition(table, f"{column} = ANY ((SELECT torget_scope())::bigint[])")


def by_parent(table: str, column: str, parent: str) -> migrations.RunSQL:
    """A row is reached if its parent is; the parent's own policy decides that."""
    return by_condition(table, f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{column})")
