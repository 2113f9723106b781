"""What of people is kept how long: sessions, what throttling needs, patrons nobody refers to, employees who left."""

from django.db.models import ForeignKey

from torget.foundation.core.retention import Act
from torget.foundation.people.models import Patron


def _nothing_refers_to_patron() -> str:
    """By the models themselves, so that a table which is added later counts too."""
    referring = [
        (relation.related_model._meta.db_table, relation.field.column)  # noqa: SLF001 - Django's own name for it
        for relation in Patron._meta.related_objects  # noqa: SLF001
        if isinstance(relation.field, ForeignKey)
    ]
    return " AND ".join(f"NOT EXISTS (SELECT FROM {table} r WHERE r.{column} = p.id)" for table, column in referring)


ACTS = (
    Act(
        rule="sessions",
        due="SELECT session_key AS id FROM django_session WHERE expire_date < %(before)s",
        do="DELETE FROM django_session WHERE session_key = ANY(%(ids)s)",
    ),
    Act(
        rule="sign_in_failures",
        due="SELECT id FROM people_signinfailure WHERE at < %(before)s",
        do="DELETE FROM people_signinfailure WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="known_addresses",
        due="SELECT id FROM people_knownaddress WHERE last_at < %(before)s",
        do="DELETE FROM people_knownaddress WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="patrons",
        due=f"SELECT p.id FROM people_patron p WHERE p.last_seen_at < %(before)s AND {_nothing_refers_to_patron()}",
        do=f"DELETE FROM people_patron p WHERE p.id = ANY(%(ids)s) AND {_nothing_refers_to_patron()}",
    ),
    Act(
        rule="employees",
        due="""
            SELECT id FROM people_employee
            WHERE NOT is_active AND (full_name <> '' OR email <> '') AND coalesce(last_login, date_joined) < %(before)s
        """,
        do="""
            UPDATE people_employee
            SET full_name = '', email = '', username = 'left-' || id, password = '!'
            WHERE id = ANY(%(ids)s) AND NOT is_active
        """,
    ),
)
