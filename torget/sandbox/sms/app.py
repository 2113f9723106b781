"""The sandbox gateway as a WSGI app: one call to send, and a page with the messages."""

import json
import re
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape
from werkzeug import Request, Response

from torget.sandbox.faults import Fault, Struck
from torget.sandbox.replies import Reply, as_json
from torget.sandbox.sqlite_file import SqliteFile
from torget.sandbox.weather import WeatheredApp

TOKEN: Final = "sandbox-secret"
DEAD_NUMBER: Final = "358400000000"
"""The gateway refuses this number, as one that nobody has."""

_SCHEMA: Final = """
create table if not exists messages (
  id integer primary key, sender text not null, msisdn text not null, message text not null, userref text);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSms:
    number: int
    sender: str
    msisdn: str
    message: str
    userref: str


class SandboxSms(WeatheredApp):
    """`serving(SandboxSms())` is a gateway; `faults` are its knobs and `messages()` what was sent."""

    def __init__(self, *, path: str = ":memory:") -> None:
        super().__init__()
        self._file = SqliteFile(path, _SCHEMA)

    def close(self) -> None:
        self._file.close()

    def messages(self) -> list[SentSms]:
        """The newest last."""
        return [
            SentSms(
                number=row["id"],
                sender=row["sender"],
                msisdn=row["msisdn"],
                message=row["message"],
                userref=row["userref"],
            )
            for row in self._file.rows("select * from messages order by id")
        ]

    def note(self, request: Request, response: Response | None, struck: Struck | None) -> None:
        """Its own messages are its books."""

    def answered(self, request: Request, fault: Fault | None) -> Response:  # noqa: ARG002 - nothing strikes inside
        try:
            if (request.method, request.path) == ("POST", "/rest/mtsms"):
                return self._send(request)
            if (request.method, request.path) == ("GET", "/"):
                return self._page()
            return as_json(404, {"code": "0x0404", "message": "Not found"})
        except Reply as reply:
            return as_json(reply.status, reply.body)

    def _send(self, request: Request) -> Response:
        if request.headers.get("authorization", "") != f"Token {TOKEN}":
            raise Reply(401, {"code": "0x0202", "message": "Invalid API credentials"})
        sender, message, userref, recipients = _checked(request)
        if DEAD_NUMBER in recipients:
            raise Reply(422, {"code": "0x0308", "message": "Invalid MSISDN"})
        with self._file.transaction():
            ids = [self._store(sender, number, message, userref) for number in recipients]
        parts = _parts(message)
        return as_json(
            200, {"ids": ids, "usage": {"countries": {"FI": parts * len(ids)}, "currency": "EUR", "total_cost": 0.0}}
        )

    def _store(self, sender: str, msisdn: str, message: str, userref: str) -> int:
        self._file.rows(
            "insert into messages (sender, msisdn, message, userref) values (?, ?, ?, ?) returning id",
            (sender, msisdn, message, userref),
        )
        found = self._file.row("select max(id) as id from messages")
        return int(found["id"]) if found else 0

    def _page(self) -> Response:
        shown = Markup("").join(
            Markup("<li><p><b>+{}</b> from {}</p><p>{}</p></li>").format(one.msisdn, one.sender, _linked(one.message))
            for one in reversed(self.messages())
        )
        page = Markup(
            '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            "<title>Text messages</title><h1>Text messages</h1><p>Nothing has left this machine.</p>"
            "<ol reversed>{}</ol></html>"
        ).format(shown or Markup("<li>None yet.</li>"))
        return Response(page, content_type="text/html; charset=utf-8")


def _linked(text: str) -> Markup:
    return Markup(re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', str(escape(text))))


def _checked(request: Request) -> tuple[str, str, str, list[str]]:
    """Strict about the form, as the real one."""
    try:
        body = json.loads(request.get_data())
        sender, message = body["sender"], body["message"]
        recipients = [str(one["msisdn"]) for one in body["recipients"]]
    except (ValueError, KeyError, TypeError):
        raise Reply(400, {"code": "0x0100", "message": "The request is not of the right form"}) from None
    if not re.fullmatch(r"[A-Za-z0-9 ]{1,11}|[0-9]{1,15}", str(sender)) or not message or not recipients:
        raise Reply(422, {"code": "0x0213", "message": "Invalid sender, message or recipients"})
    if not all(re.fullmatch(r"[1-9][0-9]{7,14}", number) for number in recipients):
        raise Reply(422, {"code": "0x0308", "message": "Invalid MSISDN"})
    return str(sender), str(message), str(body.get("userref", "")), recipients


def _parts(message: str) -> int:
    """160 characters in one message, 153 in each part of a longer one; the alphabet's details do not matter here."""
    return 1 if len(message) <= 160 else -(-len(message) // 153)
