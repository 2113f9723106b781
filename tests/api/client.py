"""A program that uses the interface, as a library's catalogue would."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from torget.payments.api.keys import issue_key
from torget.payments.api.models import ApiClient
from torget.payments.api.save_client import ClientWish, save_client
from torget.payments.api.scopes import Scope

ALL = tuple(one.value for one in Scope)
EVERYWHERE = ("hanko", "porvoo", "raasepori", "sipoo")
_numbers = itertools.count(1)


@dataclass
class Program:
    row: ApiClient
    key: str
    browser: Client = field(default_factory=Client)

    def get(self, path: str, **query: Any) -> Any:
        return self.browser.get(f"/api/v1/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = self._headers() | ({"idempotency-key": key} if key else {})
        if body is None:
            return self.browser.post(f"/api/v1/{path}", b"", content_type="application/json", headers=headers)
        return self.browser.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    def start(self, card_number: str, *fees: tuple[str, int], key: str = "", **more: Any) -> Any:
        chosen = [{"reference": reference, "amount_cents": cents} for reference, cents in fees]
        body = {"card_number": card_number, "fees": chosen, "language": "sv", **more}
        return self.post("checkouts", body, key=key or f"k{next(_numbers)}")


def program(name: str = "Finna", *, scopes: tuple[str, ...] = ALL, slugs: tuple[str, ...] = EVERYWHERE) -> Program:
    wish = ClientWish(
        name=name,
        contact_email="finna@example.fi",
        scopes=scopes,
        municipalities=slugs,
        return_origins=("https://finna.example.fi",),
        requests_per_minute=1000,
    )
    row = save_client(client=None, wish=wish, actor="operator", at=timezone.now())
    return Program(row, issue_key(client=row, actor="operator", at=timezone.now()))


def problem(answer: Any, status: int) -> str:
    """The code of the problem that the answer is."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return str(body["code"])
