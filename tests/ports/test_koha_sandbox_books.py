"""What the sandbox Koha does to its books, and its knobs."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ports.koha_sandbox import Koha, credits_path, load, owed_cents
from tests.ports.library_system_suite import new_patron
from torget.sandbox.koha import Fault, SandboxKoha
from torget.sandbox.koha.control import books, pay_at_desk
from torget.sandbox.koha.crediting import ApplyFailed, CreditOrder, add_credit
from torget.sandbox.koha.store import MICROS_PER_CENT, Store
from torget.sandbox.population import SandboxPatron, SandboxPopulation


class TestCredits:
    def pay(self, koha: Koha, patron: SandboxPatron, **body: Any) -> httpx.Response:
        return koha[1].post(credits_path(patron), json=body)

    def test_the_chosen_lines_come_first_and_the_rest_goes_to_the_oldest(self, koha: Koha) -> None:
        sandbox, _ = koha
        patron = load(sandbox, 100, 100, 100)
        answer = self.pay(koha, patron, amount=1.5, account_lines_ids=[patron.fees[2].fee_id])
        assert answer.status_code == 201
        assert (answer.json()["amount"], answer.json()["amount_outstanding"]) == (-1.5, 0)
        assert owed_cents(sandbox, patron) == [50, 100, 0]
        assert [row["step"] for row in books(sandbox.store)["offsets"]] == ["chosen", "remainder"]

    def test_what_is_left_over_stays_as_credit(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        self.pay(koha, patron, amount=3)
        account = client.get(f"/api/v1/patrons/{patron.patron_id}/account").json()
        assert account["balance"] == -2
        assert account["outstanding_credits"]["total"] == -2
        assert account["outstanding_debits"] == {"total": 0, "lines": []}

    def test_a_wrong_number_pays_somebody_elses_fee(self, koha: Koha) -> None:
        sandbox, _ = koha
        payer, stranger = load(sandbox, 100), load(sandbox, 100)
        assert self.pay(koha, payer, amount=1, account_lines_ids=[stranger.fees[0].fee_id]).status_code == 201
        assert (owed_cents(sandbox, payer), owed_cents(sandbox, stranger)) == ([100], [0])

    def test_a_credit_among_the_chosen_lines_is_an_error_with_the_money_booked(self, koha: Koha) -> None:
        sandbox, _ = koha
        patron = load(sandbox, 100)
        first = self.pay(koha, patron, amount=5).json()["account_line_id"]
        answer = self.pay(koha, patron, amount=1, account_lines_ids=[first])
        assert answer.status_code == 400
        assert "IsNotDebit" in answer.json()["error"]
        assert [credit["amount_cents"] for credit in books(sandbox.store)["credits"]] == [500, 100]

    def test_the_error_that_leaves_a_credit_behind(self, koha: Koha) -> None:
        sandbox, _ = koha
        patron = load(sandbox, 100)
        sandbox.faults.fail_next(Fault.ERROR_BUT_BOOKED)
        assert self.pay(koha, patron, amount=1).status_code == 400
        (credit,) = books(sandbox.store)["credits"]
        assert (credit["amount_cents"], credit["left_over_cents"]) == (100, 100)
        assert owed_cents(sandbox, patron) == [100]

    def test_an_old_koha_answers_with_the_number_alone(self, koha: Koha) -> None:
        sandbox, _ = koha
        sandbox.settings.is_old = True
        answer = self.pay(koha, load(sandbox, 100), amount=1)
        assert answer.status_code == 200
        assert answer.json().keys() == {"account_line_id"}

    def test_credits_are_listed_by_note(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        self.pay(koha, patron, amount=1, note="pay-1")
        query = {"q": '{"internal_note": {"-like": "%pay-1%"}}'}
        assert [row["amount"] for row in client.get(credits_path(patron), params=query).json()] == [-1]
        assert client.get(credits_path(load(sandbox)), params=query).json() == []

    def test_redaction_leaves_the_keys(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        open_answer = client.get(f"/api/v1/patrons/{patron.patron_id}").json()
        sandbox.settings.redacts = True
        hidden = client.get(f"/api/v1/patrons/{patron.patron_id}").json()
        assert hidden.keys() == open_answer.keys()
        assert hidden["cardnumber"] is None
        lines = client.get(f"/api/v1/patrons/{patron.patron_id}/account").json()["outstanding_debits"]["lines"]
        assert lines[0]["amount_outstanding"] is None


class TestFaults:
    def test_the_next_two_and_then_no_more(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox)
        sandbox.faults.fail_next(Fault.MAINTENANCE, count=2, path_contains="/patrons")
        path = f"/api/v1/patrons/{patron.patron_id}"
        assert client.get("/api/v1/items").status_code == 200
        assert [client.get(path).status_code for _ in range(3)] == [503, 503, 200]

    def test_by_chance_means_the_same_chance_every_time(self, koha: Koha) -> None:
        sandbox, client = koha
        runs = []
        for _ in range(2):
            sandbox.faults.clear()
            sandbox.faults.fail_by_chance(Fault.ERROR_BEFORE, probability=0.5, seed=7)
            runs.append([client.get("/api/v1/").status_code for _ in range(12)])
        assert runs[0] == runs[1]
        assert set(runs[0]) == {200, 500}

    @pytest.mark.parametrize(("fault", "booked"), [(Fault.DROP_BEFORE, 0), (Fault.DROP_AFTER, 1)])
    def test_a_broken_line(self, koha: Koha, fault: Fault, booked: int) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        sandbox.faults.fail_next(fault)
        with pytest.raises(httpx.TransportError):
            client.post(credits_path(patron), json={"amount": 1})
        assert len(books(sandbox.store)["credits"]) == booked

    def test_late_executes_after_the_client_has_gone(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        sandbox.faults.fail_next(Fault.LATE, seconds=0.3)
        with pytest.raises(httpx.ReadTimeout):
            client.post(credits_path(patron), json={"amount": 1}, timeout=0.1)
        assert books(sandbox.store)["credits"] == []
        deadline = time.monotonic() + 5
        while not books(sandbox.store)["credits"] and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(books(sandbox.store)["credits"]) == 1


class TestControl:
    def test_load_pay_read_the_books_and_reset(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = new_patron(115, 255)
        body = {
            "patrons": [_plain(asdict(patron))],
            "items": [{"item_id": 1, "title": "T", "home_branch": "PRV/PK", "barcode": "1"}],
        }
        assert client.post("/_sandbox/load", json=body).json() == {"patrons": 1, "items": 1}
        client.post(
            credits_path(patron), json={"amount": 1.15, "note": "n", "account_lines_ids": [patron.fees[0].fee_id]}
        )
        client.post("/_sandbox/desk-payment", json={"fee_id": patron.fees[1].fee_id})
        told = client.get("/_sandbox/books").json()
        assert [credit["amount_cents"] for credit in told["credits"]] == [115, 255]
        assert told["outstanding_cents"] == 0
        assert [row["path"] for row in told["requests"]][-1] == credits_path(patron)
        client.post("/_sandbox/reset")
        assert client.get("/_sandbox/books").json()["credits"] == []
        assert sandbox.store.is_empty()

    def test_the_knobs_over_http(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox, 100)
        assert client.post("/_sandbox/fail", json={"fault": "maintenance", "count": 1}).status_code == 200
        assert client.get("/api/v1/").status_code == 503
        client.post("/_sandbox/fail", json={"fault": "error_before", "probability": 1.0, "seed": 1})
        assert client.get("/api/v1/").status_code == 500
        client.post("/_sandbox/fail", json={})
        assert client.get("/api/v1/").status_code == 200
        assert client.post("/_sandbox/settings", json={"is_old": True}).status_code == 200
        assert sandbox.settings.is_old
        assert client.post("/_sandbox/grow", json={"cents": 20, "fee_id": patron.fees[0].fee_id}).json() == {"grown": 1}
        assert owed_cents(sandbox, patron) == [120]
        client.post("/_sandbox/revoke-tokens")
        assert client.get("/api/v1/items").status_code == 401

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("fail", {"fault": "meteor"}),
            ("fail", {"count": 1}),
            ("settings", {"colour": "red"}),
            ("load", {"patrons": [{"name": "x"}]}),
            ("load", []),
        ],
    )
    def test_a_knob_that_does_not_exist_is_told(self, koha: Koha, path: str, body: Any) -> None:
        assert koha[1].post(f"/_sandbox/{path}", json=body).status_code == 400


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Days as text, as JSON wants them."""
    plain: dict[str, Any] = {}
    for name, value in values.items():
        if name == "fees":
            plain[name] = [_plain(fee) for fee in value]
        else:
            plain[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return plain


class TestBooks:
    @settings(max_examples=60, deadline=None)
    @given(
        fees=st.lists(st.integers(1, 600), min_size=1, max_size=5),
        steps=st.lists(
            st.tuples(st.integers(1, 700), st.lists(st.integers(0, 4), max_size=3), st.booleans(), st.booleans()),
            max_size=8,
        ),
    )
    def test_no_cent_is_made_or_lost(self, fees: list[int], steps: list[tuple[int, list[int], bool, bool]]) -> None:
        store = Store()
        patron = new_patron(*fees)
        store.load(SandboxPopulation(patrons=(patron,), items=()))
        paid = 0
        for cents, chosen, fails, at_desk in steps:
            ids = [patron.fees[index % len(fees)].fee_id for index in chosen]
            if at_desk:
                paid += sum(pay_at_desk(store, fee_id) for fee_id in ids)
                continue
            order = CreditOrder(patron_id=patron.patron_id, micros=cents * MICROS_PER_CENT, line_ids=ids, fields={})
            try:
                add_credit(store, order, fails_after_storing=fails)
            except ApplyFailed:
                assert fails
            paid += cents
        told = books(store)
        assert sum(credit["amount_cents"] for credit in told["credits"]) == paid
        settled = sum(offset["amount_cents"] for offset in told["offsets"])
        assert settled + sum(credit["left_over_cents"] for credit in told["credits"]) == paid
        assert told["outstanding_cents"] == sum(fees) - settled
        assert told["outstanding_cents"] >= 0
        store.close()

    def test_they_survive_a_restart(self, tmp_path: Path) -> None:
        path = str(tmp_path / "koha.sqlite")
        first = SandboxKoha(path=path)
        patron = load(first, 100)
        pay_at_desk(first.store, patron.fees[0].fee_id)
        first.close()
        second = SandboxKoha(path=path)
        assert owed_cents(second, patron) == [0]
        assert not second.store.is_empty()
        second.close()

    def test_many_at_once_lose_nothing(self, koha: Koha) -> None:
        sandbox, client = koha
        patron = load(sandbox, 10000)
        with ThreadPoolExecutor(6) as pool:
            answers = list(
                pool.map(lambda _: client.post(credits_path(patron), json={"amount": 0.15}).status_code, range(40))
            )
        assert answers == [201] * 40
        assert owed_cents(sandbox, patron) == [10000 - 40 * 15]


def test_it_runs_as_a_process_and_ends_on_sigterm(tmp_path: Path) -> None:
    state = tmp_path / "koha.sqlite"
    command = [sys.executable, "-m", "torget.sandbox.koha", "--state", str(state), "--population", "helle"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        token = httpx.post(
            f"{address}/api/v1/oauth/token",
            data={"grant_type": "client_credentials", "client_id": "torget", "client_secret": "sandbox-secret"},
        )
        assert token.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert not Store(str(state)).is_empty()
