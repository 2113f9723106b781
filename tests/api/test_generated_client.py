"""A client made from the description, as anybody would make one, speaks to the running interface. It is never kept."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.client import program
from tests.api.served import served
from tests.api.test_checkouts import debtor
from tests.world import World
from torget.payments.checkout.models import Checkout


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Any]:
    """The generated package, importable for the time of a test."""
    with served() as url:
        described = httpx.get(f"{url}/api/v1/openapi.json", trust_env=False).json()
        (tmp_path / "openapi.json").write_text(json.dumps(described))
        subprocess.run(
            [
                *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
                *("--path", str(tmp_path / "openapi.json"), "--output-path", str(tmp_path / "torget_client")),
                *("--config", str(Path(__file__).with_name("generated_client.yml")), "--fail-on-warning"),
            ],
            check=True,
            capture_output=True,
            cwd=tmp_path,
        )
        sys.path.insert(0, str(tmp_path))
        try:
            yield importlib.import_module("torget_client"), url
        finally:
            sys.path.remove(str(tmp_path))
            for name in [name for name in sys.modules if name.split(".")[0] == "torget_client"]:
                del sys.modules[name]


def _part(name: str) -> Any:
    return importlib.import_module(f"torget_client.{name}")


def test_a_generated_client_shows_fees_and_starts_a_payment(world: World, made: Any) -> None:
    package, url = made
    finna, patron = program(), debtor(world)
    with package.AuthenticatedClient(base_url=url, token=finna.key) as client:
        models = _part("models")
        who = _part("api.cards.read_client").sync(client=client)
        assert (who.name, who.municipalities[0].slug) == ("Finna", "hanko")
        card = models.CardIn(card_number=patron.card_number)
        fees = _part("api.cards.read_fees").sync(client=client, body=card)
        assert fees.payable_cents == 370
        chosen = [models.ChosenFee(reference=one.reference, amount_cents=one.amount_cents) for one in fees.fees]
        wish = models.CheckoutIn(card_number=patron.card_number, fees=chosen, language=models.Language.SV)
        start = _part("api.checkouts.start_checkout")
        first = start.sync(client=client, body=wish, idempotency_key="generated-1")
        again = start.sync(client=client, body=wish, idempotency_key="generated-1")
        assert first.to_dict() == again.to_dict()
        assert first.id == Checkout.objects.get().token
        read = _part("api.checkouts.read_checkout").sync(first.id, client=client)
        assert read.state == models.CheckoutWord.OPEN
        many = _part("api.payments.list_payments").sync(client=client)
        assert [one.amount_cents for one in many.items] == [370]
        problem = _part("api.checkouts.read_checkout").sync("AAAA", client=client)
        assert (problem.status, problem.code) == (404, "not_found")
