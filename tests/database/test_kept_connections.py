"""A kept connection is asked only when the server has said something, and is given up when the server ended it."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from torget.config.embedded_postgres import EmbeddedPostgres


@pytest.fixture
def other(committed_db: None, postgres: EmbeddedPostgres) -> Any:
    """Another connection to the same server."""
    with psycopg.connect(host=str(postgres.socket_folder), user="torget", dbname="torget", autocommit=True) as found:
        yield found


def test_a_standing_connection_is_not_asked(other: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'the last question'")
    assert connection.is_usable()
    asked = other.execute(
        "SELECT query FROM pg_stat_activity WHERE pid = %s", [connection.connection.info.backend_pid]
    ).fetchall()
    assert asked == [("SELECT 'the last question'",)]


def test_a_connection_that_the_server_ended_is_not_usable(other: psycopg.Connection) -> None:
    connection.ensure_connection()
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    assert not connection.is_usable()
    connection.close()


def test_a_closed_connection_is_not_usable(committed_db: None) -> None:
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
