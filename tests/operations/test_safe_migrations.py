"""The check of migrations finds what would stop the version before, and lets pass what does not."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from tests.safe_migrations import all_faults, faults_of_migration

OLD = "payment"
INDEX = models.Index(fields=["state"], name="by_state")
CHECK = models.CheckConstraint(name="positive", condition=models.Q(amount__gt=0))

BAD: dict[str, Operation] = {
    "removes a column": migrations.RemoveField(OLD, "method"),
    "removes a table": migrations.DeleteModel("Payment"),
    "renames a column": migrations.RenameField(OLD, "method", "way"),
    "renames a table": migrations.RenameModel("Payment", "Paid"),
    "a column that must be given": migrations.AddField(OLD, "way", models.CharField(max_length=9, default="")),
    "changes a column": migrations.AlterField(OLD, "method", models.CharField(max_length=9)),
    "an index that locks": migrations.AddIndex(OLD, INDEX),
    "a constraint that locks": migrations.AddConstraint(OLD, CHECK),
    "drops by SQL": migrations.RunSQL("ALTER TABLE checkout_payment DROP COLUMN method"),
    "renames by SQL": migrations.RunSQL("ALTER TABLE checkout_payment RENAME method TO way"),
    "renames a column by SQL": migrations.RunSQL("ALTER TABLE checkout_payment RENAME COLUMN method TO way"),
    "not null by SQL": migrations.RunSQL(["ALTER TABLE checkout_payment ALTER COLUMN method SET NOT NULL"]),
    "a type by SQL": migrations.RunSQL("ALTER TABLE checkout_payment ALTER method TYPE text"),
    "an index by SQL": migrations.RunSQL("SELECT 1; CREATE UNIQUE INDEX x ON checkout_payment (state)"),
    "a constraint by SQL": migrations.RunSQL("ALTER TABLE checkout_payment ADD CONSTRAINT c CHECK (amount > 0)"),
    "a trigger switched off": migrations.RunSQL("ALTER TABLE checkout_payment DISABLE TRIGGER append_only"),
    "hidden one level down": migrations.SeparateDatabaseAndState([migrations.RemoveField(OLD, "method")]),
}
GOOD: dict[str, Operation] = {
    "a column that may be empty": migrations.AddField(OLD, "way", models.CharField(max_length=9, null=True)),
    "a column that fills itself": migrations.AddField(OLD, "way", models.CharField(max_length=9, db_default="")),
    "an index beside the work": AddIndexConcurrently(OLD, INDEX),
    "a constraint for new rows": AddConstraintNotValid(OLD, CHECK),
    "such a constraint by SQL": migrations.RunSQL(
        "ALTER TABLE checkout_refund ADD CONSTRAINT c CHECK (a > 0) NOT VALID"
    ),
    "such an index by SQL": migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON checkout_payment (state)"),
    "a function that drops nothing": migrations.RunSQL(
        "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS $$ DROP TABLE not_really $$"
    ),
    "a comment": migrations.RunSQL("-- DROP TABLE checkout_payment\nSELECT 1"),
    "a constraint dropped": migrations.RemoveConstraint(OLD, "positive"),
}


def migration(*operations: Operation, **more: Any) -> migrations.Migration:
    kind: Any = type("Migration", (migrations.Migration,), {"operations": list(operations), **more})
    made: migrations.Migration = kind("0099_planted", "checkout")
    return made


@pytest.mark.parametrize("name", BAD)
def test_a_planted_violation_is_found(name: str) -> None:
    (fault,) = faults_of_migration(migration(BAD[name]), set())
    assert fault.migration == "checkout.0099_planted"


@pytest.mark.parametrize("name", GOOD)
def test_what_is_safe_passes(name: str) -> None:
    assert faults_of_migration(migration(GOOD[name]), set()) == []


def test_a_table_that_nobody_uses_yet_is_free() -> None:
    made = migrations.CreateModel("Payment", [("id", models.BigAutoField(primary_key=True))])
    assert faults_of_migration(migration(made, *BAD.values()), set()) == []


def test_the_escape_must_name_a_decision() -> None:
    bad = BAD["removes a column"]
    assert faults_of_migration(migration(bad, safe_because="ADR 38: the table is empty"), set()) == []
    found = [fault.says for fault in faults_of_migration(migration(bad, safe_because="it is fine"), set())]
    assert len(found) == 2
    assert "must name an ADR" in found[1]


def test_the_project_itself() -> None:
    assert all_faults() == []
