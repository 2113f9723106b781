"""A fee charged again in Koha: one debit beside the paid one, or a certain no, or nobody knows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.ports.koha_sandbox import ask_token, load
from tests.ports.koha_world import KohaWorld, koha_world, plain_again
from tests.ports.library_system_suite import new_patron, order_for, read
from torget.connectors.library_systems.koha import KohaLibrary
from torget.foundation.core.money import Money
from torget.payments.core.giving_back import ReversalOrder
from torget.payments.core.ports import LibrarySystemUnavailable, RegistrationOutcome
from torget.sandbox.koha import Fault, SandboxKoha
from torget.sandbox.population import SandboxPatron
from torget.sandbox.server import serving

MARKER = "6c1f1f0e-7a43-4a8e-9d5e-3d1b6a0f0c11"


@pytest.fixture(scope="module")
def shared() -> Iterator[KohaWorld]:
    with koha_world() as world:
        yield world


@pytest.fixture
def koha(shared: KohaWorld) -> Iterator[KohaWorld]:
    yield shared
    plain_again(shared.sandbox)


def paid_fee(world: KohaWorld, cents: int = 255) -> tuple[SandboxPatron, ReversalOrder]:
    """A patron whose only fee is paid, and the order that opens it again."""
    patron = new_patron(cents)
    snapshot = read(world, patron, world.add(patron))
    assert world.library.register(order_for(snapshot)).outcome is RegistrationOutcome.BOOKED
    order = ReversalOrder(
        marker=f"{MARKER[:-6]}{patron.patron_id}",
        patron_reference=snapshot.patron.reference,
        card_number=patron.card_number,
        fee_reference=snapshot.fees[0].reference,
        amount=Money(cents),
    )
    return patron, order


def debits(world: KohaWorld, order: ReversalOrder) -> list[dict[str, Any]]:
    rows = world.sandbox.store.rows(
        "select * from account_lines where internal_note = ? and debit_type is not null", (order.marker,)
    )
    return [dict(row) for row in rows]


def test_the_fee_is_open_again_for_the_same_library(koha: KohaWorld) -> None:
    patron, order = paid_fee(koha)
    assert koha.library.capabilities.can_reverse
    assert koha.library.find_reversal(patron_reference=order.patron_reference, marker=order.marker) is None
    result = koha.library.reverse(order)
    assert result.outcome is RegistrationOutcome.BOOKED
    (fee,) = read(koha, patron, order.patron_reference).fees
    assert (fee.outstanding, fee.kind, fee.fee_branch) == (Money(255), "MANUAL", "PRV/PK")
    assert fee.reference == result.booking_reference
    assert not fee.is_growing
    found = koha.library.find_reversal(patron_reference=order.patron_reference, marker=order.marker)
    assert found is not None
    assert (found.amount, found.booking_reference) == (Money(255), result.booking_reference)
    for secret in (patron.card_number, patron.family_name):
        assert secret not in result.detail


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.MALFORMED, Fault.DROP_BEFORE])
def test_nobody_knows_and_the_marker_tells(koha: KohaWorld, fault: Fault) -> None:
    _patron, order = paid_fee(koha)
    koha.sandbox.faults.fail_next(fault, method="POST", path_contains="/debits")
    assert koha.library.reverse(order).outcome is RegistrationOutcome.UNKNOWN
    found = koha.library.find_reversal(patron_reference=order.patron_reference, marker=order.marker)
    assert (found is None) is (fault is Fault.DROP_BEFORE)
    assert len(debits(koha, order)) == (fault is not Fault.DROP_BEFORE)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.NOT_JSON, Fault.MALFORMED, Fault.MAINTENANCE])
def test_a_look_that_fails_sends_nothing(koha: KohaWorld, fault: Fault) -> None:
    _patron, order = paid_fee(koha)
    koha.sandbox.faults.fail_next(fault, method="GET", path_contains="/debits")
    assert koha.library.reverse(order).outcome is RegistrationOutcome.NOT_SENT
    assert debits(koha, order) == []
    koha.sandbox.faults.fail_next(fault, method="GET", path_contains="/debits")
    with pytest.raises(LibrarySystemUnavailable):
        koha.library.find_reversal(patron_reference=order.patron_reference, marker=order.marker)


def test_a_401_is_renewed_and_maintenance_waits(koha: KohaWorld) -> None:
    _patron, order = paid_fee(koha)
    koha.sandbox.faults.fail_next(Fault.MAINTENANCE, method="POST", path_contains="/debits")
    assert koha.library.reverse(order).outcome is RegistrationOutcome.NOT_SENT
    koha.sandbox.faults.fail_next(Fault.UNAUTHORIZED, method="POST", path_contains="/debits")
    assert koha.library.reverse(order).outcome is RegistrationOutcome.BOOKED
    assert len(debits(koha, order)) == 1


def test_certain_refusals(koha: KohaWorld) -> None:
    _patron, order = paid_fee(koha)
    gone = replace(order, fee_reference="999999999")
    assert koha.library.reverse(gone).outcome is RegistrationOutcome.REFUSED
    nobody = replace(order, patron_reference="999999999")
    assert koha.library.reverse(nobody).outcome is RegistrationOutcome.REFUSED
    nonsense = replace(order, patron_reference="1/../2", fee_reference="x")
    assert koha.library.reverse(nonsense).outcome is RegistrationOutcome.REFUSED
    assert debits(koha, order) == []


def test_a_koha_that_confirms_another_amount_is_not_believed(koha: KohaWorld) -> None:
    _patron, order = paid_fee(koha)
    assert koha.library.reverse(replace(order, amount=Money(1))).outcome is RegistrationOutcome.BOOKED
    found = koha.library.find_reversal(patron_reference=order.patron_reference, marker=order.marker)
    assert found is not None
    assert found.amount == Money(1)


def test_a_type_that_koha_lacks_leaves_nothing(koha: KohaWorld) -> None:
    _patron, order = paid_fee(koha)
    library = koha.connect(reversal_debit_type="NO_SUCH")
    assert library.reverse(order).outcome is RegistrationOutcome.UNKNOWN
    assert debits(koha, order) == []
    library.close()


def test_a_growing_type_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="growing"):
        KohaLibrary(
            base_url="http://127.0.0.1:9/api/v1", client_id="x", client_secret="x", reversal_debit_type="OVERDUE"
        )


def test_an_old_koha_and_an_unreachable_one(koha: KohaWorld) -> None:
    _patron, order = paid_fee(koha)
    koha.sandbox.settings.is_old = True
    old = koha.connect()
    assert not old.capabilities.can_reverse
    assert koha.unreachable_library().reverse(order).outcome is RegistrationOutcome.NOT_SENT
    old.close()


# ── The sandbox itself ──


def test_the_sandbox_is_as_strict_as_koha() -> None:
    sandbox = SandboxKoha()
    with serving(sandbox) as address, httpx.Client(base_url=address) as client:
        client.headers["Authorization"] = f"Bearer {ask_token(client).json()['access_token']}"
        patron = load(sandbox, 100)
        path = f"/api/v1/patrons/{patron.patron_id}/account/debits"
        good = {"amount": 1.15, "type": "MANUAL", "internal_note": "m", "library_id": "PRV/PK"}
        for wrong in (
            {**good, "note": "m"},
            {**good, "debit_type": "MANUAL"},
            {**good, "amount": "1.15"},
            {**good, "amount": -1},
            {**good, "amount": 0},
            {**good, "type": "NO_SUCH"},
            {key: value for key, value in good.items() if key != "type"},
            {key: value for key, value in good.items() if key != "amount"},
        ):
            assert client.post(path, json=wrong).status_code == 400, wrong
        answer = client.post(path, json=good)
        assert answer.status_code == 201
        assert (answer.json()["amount"], answer.json()["type"]) == (1.15, "MANUAL")
        assert "debit_type" not in answer.json()
        growing = client.post(path, json={**good, "type": "OVERDUE"}).json()
        assert growing["status"] == "UNRETURNED"
        assert len(client.get(path).json()) == 3
        assert client.post("/api/v1/patrons/999999/account/debits", json=good).status_code == 404
        sandbox.settings.permissions = frozenset({"borrowers"})
        assert client.post(path, json=good).status_code == 403
        sandbox.settings.is_old = True
        sandbox.settings.permissions = frozenset({"updatecharges"})
        assert client.post(path, json=good).status_code == 404
    sandbox.close()
