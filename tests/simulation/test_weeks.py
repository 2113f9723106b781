"""CI's share of the simulation: the same seeds every time, and proof that the auditor can find fault."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.simulation.run import run_week
from torget.payments.checkout import register, worker
from torget.payments.checkout.load import PaymentFacts
from torget.payments.core import checkout as core
from torget.payments.core.checkout import Event, State
from torget.payments.core.ledger import Entry
from torget.payments.core.ports import RegistrationOutcome, RegistrationResult
from torget.payments.ledger.post import post_entries
from torget.payments.settlement import book_items, provider_rows, reconcile

SECONDS = 30
WEEKS_MIN = 6
# Who is killed closes nothing, and here the process lives on.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
OVER_EACH = pytest.mark.parametrize("over", ["koha", "sip2"])


@pytest.fixture(autouse=True)
def _database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Any:
    with django_db_blocker.unblock():
        yield


def test_weeks_without_a_fault() -> None:
    """As many weeks as fit, over Koha and SIP2 by turns; replay one with `make simulate N=1 SEED=…`."""
    started = time.monotonic()
    for seed in itertools.count(1):
        if seed > WEEKS_MIN and time.monotonic() - started > SECONDS:
            break
        report = run_week(seed)
        assert not report.faults, f"seed {seed}: {report.faults}"
        assert not report.broken, f"seed {seed}: {report.broken}"


def _finds_a_fault(over: str, seeds: int = 12, rule: str = "") -> bool:
    """Any fault, or one of that rule."""
    return any(fault.rule.startswith(rule) for seed in range(1, seeds + 1) for fault in run_week(seed, over).faults)


@OVER_EACH
def test_the_auditor_finds_a_blind_resend(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes an unknown outcome for 'nothing happened', and never looks before it sends again."""
    real = register._apply_result

    def careless(payment: PaymentFacts, plan: Any, attempt: Any, result: RegistrationResult, at: Any) -> None:
        if result.outcome is RegistrationOutcome.UNKNOWN:
            result = RegistrationResult(outcome=RegistrationOutcome.NOT_SENT)
        real(payment, plan, attempt, result, at)

    monkeypatch.setattr(register, "_apply_result", careless)
    monkeypatch.setattr("torget.connectors.library_systems.koha.library.KohaLibrary.find_registration", _finds_nothing)
    assert _finds_a_fault(over)


def _finds_nothing(self: object, **_: object) -> None:
    return None


@OVER_EACH
def test_the_auditor_finds_money_that_is_not_taken_in(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The incumbent's fault: an ok that comes after a fail is dropped."""
    for state in (State.FAILED, State.EXPIRED):
        monkeypatch.delitem(core.TRANSITIONS, (state, Event.PROVIDER_PAID))
    assert _finds_a_fault(over)


@OVER_EACH
def test_the_auditor_finds_a_refund_that_never_leaves(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that forgets payments whose money is to go back."""
    monkeypatch.setattr(worker, "ask_for_refund", lambda **_: None)
    assert _finds_a_fault(over)


def test_the_auditor_finds_a_payout_that_is_booked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A booker whose keys do not hold it back."""
    real = post_entries

    def twice(entries: Sequence[Entry], *, happened_at: Any) -> int:
        real([replace(one, key=f"{one.key}:again") for one in entries if one.kind == "payout"], happened_at=happened_at)
        return real(entries, happened_at=happened_at)

    monkeypatch.setattr(book_items, "post_entries", twice)
    assert _finds_a_fault("koha", rule="settlement: the accounts are the others' balances")


def test_the_auditor_finds_a_fee_that_is_not_booked(monkeypatch: pytest.MonkeyPatch) -> None:
    real = book_items.wanted_postings
    monkeypatch.setattr(book_items, "wanted_postings", lambda item: {**real(item), "provider_fee": {}})
    assert _finds_a_fault("koha", rule="settlement: the accounts are the others' balances")


def test_the_auditor_finds_a_payment_dropped_from_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that leaves out the first row of each file."""
    real = provider_rows._checked_rows
    monkeypatch.setattr(provider_rows, "_checked_rows", lambda *told: itertools.islice(real(*told), 1, None))
    assert _finds_a_fault("koha", rule="settlement: every cent of the provider is an item")


def test_the_auditor_finds_money_that_only_the_settlement_tells_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reconciliation that does not ask about payments that the report has and we think are unpaid."""
    monkeypatch.setattr(reconcile, "ask_about_unknown", lambda **_: 0)
    assert _finds_a_fault("koha", rule="2: ends within the stated time")
