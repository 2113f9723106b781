"""Row-level security: what a signed-in employee's queries can reach, whatever the code forgets to filter.

The database has one user. Policies on the tables of casework and customer service compare each row's municipality with
the setting `torget.municipalities`; without it (workers, commands, residents' pages) every row is reached. Staff pages
set it at the start of every transaction, with SET LOCAL semantics: so it never outlives the transaction, and a pooled
connection, even one pooled by transaction, carries it to nobody else.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg.pq import TransactionStatus

SETTING = "torget.municipalities"


class _Scope:
    """Wraps every query: the first of a transaction is preceded by the setting, one outside gets its own."""

    def __init__(self, municipality_ids: AbstractSet[int]) -> None:
        self.value = "{" + ",".join(str(one) for one in sorted(municipality_ids)) + "}"

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        database = context["connection"]
        if database.connection.info.transaction_status != TransactionStatus.IDLE:
            return execute(sql, params, many, context)
        if database.get_autocommit():
            with transaction.atomic():
                self._set(database)
                return execute(sql, params, many, context)
        self._set(database)
        return execute(sql, params, many, context)

    def _set(self, database: Any) -> None:
        # Past Django's cursor, which would come back here.
        database.connection.execute("SELECT set_config(%s, %s, true)", [SETTING, self.value])


@contextmanager
def scoped(municipality_ids: AbstractSet[int]) -> Iterator[None]:
    """Every query inside reaches only rows of these municipalities; enter it outside any transaction."""
    with connection.execute_wrapper(_Scope(municipality_ids)):
        yield
