"""Migrations that let the version before go on running (ADR 38): `python -m tests.safe_migrations`.

Every migration newer than the baseline is looked at. Tables made since the baseline are free: nobody uses them yet.
"""

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).parent / "migrations_baseline.json"
ESCAPE = "safe_because"
_OUR_APPS = "torget."

_STATEMENTS = {
    r"\bDROP\s+COLUMN\b": "drops a column that the version before still reads",
    r"\bDROP\s+TABLE\b": "drops a table that the version before still reads",
    r"\bRENAME\s+(COLUMN\s+|CONSTRAINT\s+)?\w+\s*(TO\b|\w+\s+TO\b)": "renames what is known by its old name",
    r"\bALTER\s+(COLUMN\s+)?\w+\s+SET\s+NOT\s+NULL\b": "sets NOT NULL, which locks and refuses the version before",
    r"\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b": "changes a type, which rewrites the table under a lock",
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)": "makes an index without CONCURRENTLY, and holds up all writes",
    r"\bADD\s+CONSTRAINT\b(?!.*\bNOT\s+VALID\b)": "adds a constraint that is not NOT VALID, and locks meanwhile",
    r"\bDISABLE\s+TRIGGER\b": "switches a trigger off",
    r"\bLOCK\s+TABLE\b": "locks a table",
}
_TABLE = re.compile(
    r"\b(?:ALTER\s+TABLE|DROP\s+TABLE|LOCK\s+TABLE|\bON)\s+(?:IF\s+EXISTS\s+|ONLY\s+)*\"?(\w+)", re.IGNORECASE
)
_BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*")


@dataclass(frozen=True, slots=True)
class Fault:
    migration: str
    says: str


def _statements(sql: Any) -> Iterator[str]:
    """Single statements, without comments and without the bodies of functions."""
    if isinstance(sql, (list, tuple)):
        for one in sql:
            yield from _statements(one[0] if isinstance(one, (list, tuple)) else one)
        return
    if isinstance(sql, str) and sql:
        for statement in _COMMENT.sub("", _BODY.sub("", sql)).split(";"):
            if statement.strip():
                yield " ".join(statement.split())


def faults_of_sql(sql: Any, new_tables: set[str]) -> Iterator[str]:
    for statement in _statements(sql):
        table = _TABLE.search(statement)
        if table is not None and table.group(1).lower() in new_tables:
            continue
        for pattern, says in _STATEMENTS.items():
            if re.search(pattern, statement, re.IGNORECASE):
                yield f"{says}: {statement[:80]}"


def _fills_itself(field: Any) -> bool:
    """The version before can go on inserting rows without it."""
    return bool(field.null or field.has_db_default() or getattr(field, "generated", False) or field.many_to_many)


def faults_of_operation(operation: Any, app: str, new_tables: set[str]) -> Iterator[str]:
    """What is wrong with it, in words; `new_tables` grows by the tables that it makes."""
    kind = type(operation).__name__
    model = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    table = f"{app}_{str(model).lower()}"
    if kind == "CreateModel":
        new_tables.add(str(operation.options.get("db_table") or table))
    elif kind == "SeparateDatabaseAndState":
        for inner in operation.database_operations:
            yield from faults_of_operation(inner, app, new_tables)
    elif kind == "RunSQL":
        yield from faults_of_sql(operation.sql, new_tables)
    elif table in new_tables:
        return
    elif kind in ("RemoveField", "DeleteModel"):
        yield f"{kind} {table}: the version before still reads it"
    elif kind in ("RenameField", "RenameModel", "AlterModelTable"):
        yield f"{kind} {table}: the version before knows it by its old name"
    elif kind == "AddField" and not _fills_itself(operation.field):
        yield f"AddField {table}.{operation.name}: give it null=True or db_default"
    elif kind == "AlterField":
        yield f"AlterField {table}.{operation.name}: may rewrite or lock the table; add a column, or say why it is safe"
    elif kind == "AddIndex":
        yield f"AddIndex {table}: use AddIndexConcurrently with atomic = False"
    elif kind == "AddConstraint":
        yield f"AddConstraint {table}: use AddConstraintNotValid, then ValidateConstraint in a later migration"


def faults_of_migration(migration: Any, new_tables: set[str]) -> list[Fault]:
    found = [
        Fault(f"{migration.app_label}.{migration.name}", says)
        for operation in migration.operations
        for says in faults_of_operation(operation, migration.app_label, new_tables)
    ]
    reason = getattr(migration, ESCAPE, "")
    if reason and re.search(r"\bADR \d+\b", reason):
        return []
    if reason:
        found.append(Fault(f"{migration.app_label}.{migration.name}", f"{ESCAPE} must name an ADR, as in 'ADR 38: …'"))
    return found


def _new_ones(loader: Any, baseline: dict[str, str]) -> Iterable[Any]:
    """In the order in which they are applied."""
    from django.apps import apps

    ours = {config.label for config in apps.get_app_configs() if config.name.startswith(_OUR_APPS)}
    for key in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        app, name = key
        if app in ours and name[:4] > baseline.get(app, "")[:4]:
            yield loader.graph.nodes[key]


def all_faults() -> list[Fault]:
    from django.db.migrations.loader import MigrationLoader

    baseline = json.loads(BASELINE.read_text(encoding="utf-8"))
    new_tables: set[str] = set()
    loader = MigrationLoader(None)
    return [fault for migration in _new_ones(loader, baseline) for fault in faults_of_migration(migration, new_tables)]


def _set_baseline() -> None:
    from django.db.migrations.loader import MigrationLoader

    last: dict[str, str] = {}
    for migration in _new_ones(MigrationLoader(None), {}):
        last[migration.app_label] = max(migration.name, last.get(migration.app_label, ""))
    BASELINE.write_text(json.dumps(dict(sorted(last.items())), indent=2) + "\n", encoding="utf-8")


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "torget.config.settings")
    django.setup()
    if sys.argv[1:] == ["--set-baseline"]:
        _set_baseline()
        return 0
    found = all_faults()
    for fault in found:
        print(f"{fault.migration}: {fault.says}")
    if found:
        print("See docs/adr/0038-migrations-that-let-the-old-version-run.md.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
