"""Cursors: a sealed place in a list of newest first, which nothing that is added later can shift."""

from typing import TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet

from torget.foundation.core.sealing import SealUnreadable, seal, unseal

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """Not one that we gave for this list to this client."""


def read_page(
    rows: QuerySet[Row], *, of: str, client_id: int, cursor: str | None, size: int
) -> tuple[list[Row], str | None]:
    """The rows of a page, and the cursor of the next; sealed, so that nobody learns or guesses a number of ours."""
    if cursor is not None:
        rows = rows.filter(pk__lt=_place(cursor, of=of, client_id=client_id))
    found = list(rows.order_by("-pk")[: size + 1])
    if len(found) <= size:
        return found, None
    found.pop()
    return found, seal([of, client_id, found[-1].pk], settings.CREDENTIAL_KEYS).decode()


def _place(cursor: str, *, of: str, client_id: int) -> int:
    try:
        kept = unseal(cursor.encode(), settings.CREDENTIAL_KEYS)
    except (SealUnreadable, UnicodeError):
        raise BadCursor from None
    if not isinstance(kept, list) or kept[:2] != [of, client_id]:
        raise BadCursor
    return int(kept[2])
