"""Idempotency keys: the same request under the same key gets the same answer, and has its effect once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from torget.payments.api.models import KeptAnswer

Body = dict[str, Any]


class KeyUsedOtherwise(Exception):
    """The key was used for another address or another body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    client_id: int
    key: str
    method: str
    path: str
    body: bytes

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(b"\n".join((self.method.encode(), self.path.encode(), self.body))).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: Body
    is_repeated: bool = False


def kept_answer(request: Request) -> Answer | None:
    """The answer of before, asked for ahead of anything that takes time. Raise KeyUsedOtherwise."""
    found = KeptAnswer.objects.filter(client=request.client_id, key=request.key).first()
    if found is None:
        return None
    if bytes(found.fingerprint) != request.fingerprint:
        raise KeyUsedOtherwise
    return Answer(status=found.status, body=found.body, is_repeated=True)


def answer_once(*, request: Request, at: datetime, status: int, effect: Callable[[], Body]) -> Answer:
    """Have the effect and keep its answer in one commit; raise what the effect raises, and then keep nothing.

    The row is taken first: a second request under the same key waits at its unique index until the first has committed,
    and then repeats its answer. No outside call may happen in `effect`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO api_keptanswer (client_id, key, fingerprint, status, body, created_at) "
            "VALUES (%s, %s, %s, %s, '{}', %s) ON CONFLICT (client_id, key) DO NOTHING RETURNING id",
            [request.client_id, request.key, request.fingerprint, status, at],
        )
        taken = cursor.fetchone()
        if taken is not None:
            body = effect()
            # As it will be read back, so that the first answer and its repetitions are the same text.
            cursor.execute(
                "UPDATE api_keptanswer SET body = %s::jsonb WHERE id = %s RETURNING body", [json.dumps(body), taken[0]]
            )
            kept = cursor.fetchone()[0]
            return Answer(status=status, body=json.loads(kept) if isinstance(kept, str) else kept)
    repeated = kept_answer(request)
    if repeated is None:
        raise RuntimeError("an idempotency key went away while it was being answered")
    return repeated
