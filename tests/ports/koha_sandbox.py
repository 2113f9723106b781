"""Asking the sandbox Koha by plain HTTP, without the connector."""

import httpx

from tests.ports.library_system_suite import new_patron
from torget.sandbox.koha import SandboxKoha
from torget.sandbox.koha.store import MICROS_PER_CENT
from torget.sandbox.population import SandboxItem, SandboxPatron, SandboxPopulation

Koha = tuple[SandboxKoha, httpx.Client]


def ask_token(client: httpx.Client, **changes: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": "torget", "client_secret": "sandbox-secret", **changes}
    return client.post("/api/v1/oauth/token", data=form)


def load(sandbox: SandboxKoha, *cents: int, items: tuple[SandboxItem, ...] = ()) -> SandboxPatron:
    patron = new_patron(*cents)
    sandbox.load(SandboxPopulation(patrons=(patron,), items=items))
    return patron


def credits_path(patron: SandboxPatron) -> str:
    return f"/api/v1/patrons/{patron.patron_id}/account/credits"


def owed_cents(sandbox: SandboxKoha, patron: SandboxPatron) -> list[int]:
    rows = sandbox.store.rows(
        "select amount_outstanding from account_lines where patron_id = ? and debit_type is not null"
        " order by account_line_id",
        (patron.patron_id,),
    )
    return [row["amount_outstanding"] // MICROS_PER_CENT for row in rows]
