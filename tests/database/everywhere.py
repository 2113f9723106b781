"""Look for a text in every column of every table, as a thief of the database would."""

import json
from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import connection


def tables() -> list[str]:
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


def _everything() -> dict[str, str]:
    """All rows of all tables that have any, as text; PostgreSQL writes bytes in hex."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}', string_agg(t::text, chr(10)) FROM {table} t" for table in tables())
        )
        return {table: text for table, text in cursor.fetchall() if text}


def found_anywhere(texts: Iterable[str]) -> dict[str, set[str]]:
    """Which of the texts stand in which tables; bytes are looked at too, and sessions are unpacked."""
    everything = _everything()
    everything["django_session"] = json.dumps(
        [session.get_decoded() for session in Session.objects.all()], ensure_ascii=False
    )
    found: dict[str, set[str]] = {}
    for text in texts:
        where = {table for table, content in everything.items() if text in content or text.encode().hex() in content}
        if where:
            found[text] = where
    return found
