"""Answers other than success, in the shapes that Koha has for them; the other sandboxes over HTTP borrow two."""

import json
from typing import Any

from werkzeug import Response


class Reply(Exception):
    """Raised anywhere in the handling of a request: this is the answer, go no further."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def as_json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), status, headers, content_type="application/json;charset=UTF-8"
    )


def bare_errors(errors: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Query parameters that do not exist are answered with a bare array."""
    return [{"path": path, "message": message} for path, message in errors]


def schema_errors(errors: list[tuple[str, str]]) -> dict[str, Any]:
    """A body that the interface description does not allow."""
    return {"errors": bare_errors(errors), "status": 400}
