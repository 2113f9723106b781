"""The nightly check finds what the triggers would have refused, and nothing where nothing is wrong."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.database.past import pay_in_the_past
from tests.database.staff import access_of, hire
from tests.network import make_network
from torget.foundation.cooperations.models import Municipality
from torget.foundation.retention.run import carry_out
from torget.payments.closing.close import close_month
from torget.payments.core.checkout import State
from torget.payments.core.months import Month
from torget.payments.invariants.check import check_invariants, find_violations
from torget.payments.invariants.models import InvariantRun
from torget.payments.invariants.rules import NAMES

PLANTED = {
    "entry_balances": ("UPDATE ledger_posting SET amount_cents = amount_cents + 1 WHERE amount_cents > 0",),
    "entry_is_whole": ("DELETE FROM ledger_posting WHERE entry_id IN (SELECT max(id) FROM ledger_journalentry)",),
    "lines_sum": ("UPDATE checkout_paymentline SET amount_cents = amount_cents + 1",),
    "refunds_fit": ("UPDATE checkout_refund SET amount_cents = amount_cents + 1",),
    "state_agrees": ("UPDATE checkout_payment SET paid_at = now() WHERE state = 'expired'",),
    "entry_has_its_payment": ("DELETE FROM checkout_payment WHERE state = 'registered'",),
    "events_chain": ("DELETE FROM checkout_paymentevent WHERE event = 'provider_paid'",),
    "fee_open_once": (
        "DROP INDEX fee_in_one_open_payment",
        "UPDATE checkout_paymentline SET is_open = true, fee_reference = 'one', patron_reference = 'one'",
    ),
    "held_by_the_living": ("UPDATE checkout_paymentline SET is_open = true WHERE outcome = 'booked'",),
    "nothing_stands_still": ("UPDATE checkout_payment SET state = 'paid', next_at = NULL WHERE state = 'registered'",),
    "entry_finds_its_month": ("DELETE FROM closing_closedentry",),
    "closed_months": ("UPDATE ledger_posting SET account = 'bank' WHERE account = 'provider'",),
}
MENDED = """
CREATE UNIQUE INDEX IF NOT EXISTS fee_in_one_open_payment
ON checkout_paymentline (library_system, patron_reference, fee_reference) WHERE is_open
"""


@pytest.fixture
def history(committed_db: None) -> None:
    """A payment of each end, two months ago, and that month closed."""
    make_network()
    at = (timezone.now() - timedelta(days=62)).replace(day=5)
    for number, ends in enumerate((State.REGISTERED, State.REFUNDED, State.EXPIRED, State.ATTENTION), 1):
        pay_in_the_past(number=number, at=at, cents=100 + number, ends=ends)
    close_month(
        municipality_id=Municipality.objects.get(slug="porvoo").pk,
        month=Month.of(at),
        access=access_of(hire("finance", "porvoo")),
        note="",
        at=timezone.now(),
    )


def behind_the_triggers(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


def broken() -> set[str]:
    return {finding.rule for finding in find_violations()[0] if finding.violations}


def test_every_rule_has_a_planted_violation() -> None:
    assert set(PLANTED) == set(NAMES)


@pytest.mark.parametrize("rule", NAMES)
def test_a_planted_violation_is_found(rule: str, history: None) -> None:
    assert broken() == set()
    behind_the_triggers(*PLANTED[rule])
    try:
        assert rule in broken()
    finally:
        behind_the_triggers("UPDATE checkout_paymentline SET is_open = false", MENDED)


def test_the_result_is_kept_and_the_command_fails(history: None, capsys: pytest.CaptureFixture[str]) -> None:
    run = check_invariants(at=timezone.now(), actor="worker")
    assert (run.payments, run.entries) == (4, 5)
    assert run.finished_at is not None
    assert {one.rule: one.violations for one in run.results.all()} == dict.fromkeys(NAMES, 0)
    call_command("check_books")
    behind_the_triggers("UPDATE ledger_posting SET amount_cents = amount_cents * 2")
    with pytest.raises(SystemExit):
        call_command("check_books")
    assert "BROKEN: payment:" in capsys.readouterr().out
    kept = InvariantRun.objects.latest("pk").results.get(rule="state_agrees")
    assert kept.violations == 3
    assert kept.examples == sorted(kept.examples)


def test_the_books_hold_after_retention_has_taken_old_vouchers(history: None) -> None:
    for number in range(5, 9):
        pay_in_the_past(number=number, at=timezone.now() - timedelta(days=2600), cents=500, ends=State.REGISTERED)
    assert {one.rule.code: one.rows for one in carry_out(at=timezone.now(), actor="worker")}["vouchers"] == 4
    assert broken() == set()
