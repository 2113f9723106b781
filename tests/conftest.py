"""What every test may ask for: a real PostgreSQL, Helle's network, and the sandboxes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from torget.config.embedded_postgres import EmbeddedPostgres

# Minutes each, so they begin first; otherwise one process ends with them while the other waits.
LONG_FOLDERS = ("journeys", "simulation")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in LONG_FOLDERS)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """An embedded server for this run alone; durability is off because its data is thrown away."""
    folder: Path = tmp_path_factory.mktemp("postgres") / "data"
    server = EmbeddedPostgres(folder, {"fsync": "off", "synchronous_commit": "off", "max_connections": "60"})
    server.start()
    yield server
    server.stop()
    server.remove()


@pytest.fixture(scope="session")
def django_db_setup(postgres: EmbeddedPostgres, django_db_blocker: DjangoDbBlocker) -> None:
    """Migrate the embedded server's own database; it belongs to this run, so no second one is needed beside it."""
    connections["default"].settings_dict.update(HOST=str(postgres.socket_folder), USER="torget", NAME="torget")
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def credential_key() -> str:
    """The key with which this run seals what merchant accounts keep secret."""
    key = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [key]
    return key


KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "checkout_paymenttransition")


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database whose transactions really commit, emptied afterwards.

    Django's own flush cannot do it: append-only tables refuse TRUNCATE, and the table of legal steps must stay. Only
    tables with rows are emptied, and by DELETE: TRUNCATE makes new files for a hundred tables and their indexes.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            tables = sorted(set(connection.introspection.table_names(cursor)) - set(KEPT_TABLES))
            cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))
            filled = [table for (table,) in cursor.fetchall()]
            cursor.execute("SET session_replication_role = replica")
            for table in filled:
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("SET session_replication_role = DEFAULT")
        connections.close_all()


@pytest.fixture
def member(committed_db: None) -> Iterator[None]:
    """A database user like the real one: no superuser, because those pass every policy."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE torget_member NOLOGIN")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO torget_member")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO torget_member")
        cursor.execute("SET ROLE torget_member")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("DROP OWNED BY torget_member")
        cursor.execute("DROP ROLE torget_member")
