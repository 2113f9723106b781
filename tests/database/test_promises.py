"""What the database itself keeps, whatever the code above it does: tried with raw SQL and many connections at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from tests.world import World, make_fee, make_patron
from torget.payments.checkout.credentials import CredentialsUnreadable, decrypt_credentials, encrypt_credentials
from torget.payments.checkout.models import Payment, PaymentLine, PaymentTransition
from torget.payments.checkout.start import FeeInAnotherPayment
from torget.payments.checkout.worker import claim_payment
from torget.payments.core.checkout import HOLDING, TRANSITIONS, State

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def paid_payment(world: World, patron_id: int = 1, *cents: int) -> int:
    fees = [make_fee(patron_id * 10 + place, amount) for place, amount in enumerate(cents or (115,))]
    patron = make_patron(patron_id, *fees)
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    return payment_id


def test_an_unbalanced_entry_is_refused(world: World) -> None:
    with pytest.raises(IntegrityError, match="balance"), transaction.atomic():
        run(_ENTRY.format(postings="(entry.id, 'a', 100), (entry.id, 'b', -99)"))


_ENTRY = """
WITH entry AS (
    INSERT INTO ledger_journalentry (municipality_id, key, kind, happened_at) VALUES (1, 'k', 'x', now()) RETURNING id
)
INSERT INTO ledger_posting (entry_id, account, amount_cents)
SELECT p.* FROM entry, LATERAL (VALUES {postings}) p
"""


_NO_POSTINGS = "INSERT INTO ledger_journalentry (municipality_id, key, kind, happened_at) VALUES (1, 'k', 'x', now())"


@pytest.mark.parametrize("sql", [_NO_POSTINGS, _ENTRY.format(postings="(entry.id, 'a', 0)")])
def test_an_entry_without_two_postings_is_refused(world: World, sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        run(sql)


def test_the_same_event_is_in_the_books_once(world: World) -> None:
    entry = _ENTRY.format(postings="(entry.id, 'a', 100), (entry.id, 'b', -100)")
    run(entry)
    with pytest.raises(IntegrityError, match="journal_entry_once"):
        run(entry)


@pytest.mark.parametrize(
    "table",
    [
        "ledger_journalentry",
        "ledger_posting",
        "checkout_paymentevent",
        "checkout_providermessagerecord",
        "audit_auditentry",
    ],
)
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET id = id", "TRUNCATE {} CASCADE"])
def test_what_is_written_stays_written(world: World, table: str, change: str) -> None:
    paid_payment(world)
    with pytest.raises(DatabaseError, match="append-only"):
        run(change.format(table))


def test_a_fee_stands_in_one_open_payment(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115))
    world.add(patron)
    world.start(patron)
    with pytest.raises(FeeInAnotherPayment):
        world.start(patron)
    assert Payment.objects.count() == 1


def test_many_tabs_at_once_start_one_payment(world: World) -> None:
    patron = make_patron(1, make_fee(11, 115), make_fee(12, 255))
    world.add(patron)
    world.start(patron, 12)

    def start() -> bool:
        try:
            world.start(patron, 11)
        except FeeInAnotherPayment:
            return False
        return True

    assert sum(at_once(8, start)) == 1
    assert PaymentLine.objects.filter(fee_reference="11", is_open=True).count() == 1


def at_once(count: int, call: Callable[[], Any]) -> list[Any]:
    """The call from as many threads, each with a connection of its own, all at the same moment."""
    gate = threading.Barrier(count)

    def one(_: int) -> Any:
        gate.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_one_payment_goes_to_one_worker(world: World) -> None:
    for patron_id in range(1, 6):
        paid_payment(world, patron_id)
    claimed = [facts.id for facts in at_once(8, lambda: claim_payment(world.now)) if facts is not None]
    assert len(claimed) == len(set(claimed))
    rest = []
    while (facts := claim_payment(world.now)) is not None:
        rest.append(facts.id)
    assert sorted(claimed + rest) == sorted(Payment.objects.values_list("id", flat=True))


def test_two_payments_of_a_patron_are_never_told_at_once(world: World) -> None:
    patron = make_patron(1, *(make_fee(10 + place, 115) for place in range(4)))
    world.add(patron)
    for place in range(4):
        (payment_id,) = world.start(patron, 10 + place).payment_ids
        url = world.at_provider(payment_id, "pay")
        assert url is not None
        world.come_back(url)
    claimed = [facts for facts in at_once(8, lambda: claim_payment(world.now)) if facts is not None]
    assert len(claimed) == 1
    assert Payment.objects.filter(state=State.REGISTERING).count() == 1
    other = Payment.objects.exclude(state=State.REGISTERING).first()
    assert other is not None
    with pytest.raises(IntegrityError, match="one_registration_per_patron"):
        run("UPDATE checkout_payment SET state = 'uncertain' WHERE id = %s", other.id)


def test_a_step_that_is_not_in_the_table_cannot_be_written(world: World) -> None:
    payment_id = paid_payment(world)
    with pytest.raises(IntegrityError, match="no step"):
        run(
            "SELECT payment_move(%s, 'paid', 'provider_failed', 'failed', now(), NULL, 'x', '{}', '{}', '[]')",
            payment_id,
        )
    with pytest.raises(IntegrityError, match="only_legal_steps"):
        run(
            "INSERT INTO checkout_paymentevent (payment_id, at, actor, from_state, event, to_state, detail) "
            "VALUES (%s, now(), 'x', 'paid', 'provider_failed', 'failed', '{}')",
            payment_id,
        )


def test_the_table_of_steps_is_the_core_s(world: World) -> None:
    stored = {
        (row.from_state, row.event): (row.to_state, row.holds)
        for row in PaymentTransition.objects.exclude(from_state="")
    }
    expected = {(state.value, event.value): (to.value, to in HOLDING) for (state, event), to in TRANSITIONS.items()}
    assert stored == expected


def test_no_more_goes_back_than_was_paid(world: World) -> None:
    payment_id = paid_payment(world)

    def refund() -> bool:
        with psycopg.connect(**connection.get_connection_params()) as own:
            try:
                own.execute(
                    "UPDATE checkout_payment SET refunded_cents = refunded_cents + 60 WHERE id = %s", [payment_id]
                )
            except psycopg.errors.CheckViolation:
                return False
        return True

    assert sum(at_once(6, refund)) == 1


def test_attention_needs_a_reason_and_finds_the_person(world: World) -> None:
    payment_id = paid_payment(world)
    with pytest.raises(IntegrityError, match="attention_has_a_reason"):
        run("UPDATE checkout_payment SET state = 'attention' WHERE id = %s", payment_id)


def test_secrets_are_sealed_and_keys_can_change(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setattr(settings, "CREDENTIAL_KEYS", [old])
    sealed = encrypt_credentials({"secret": "SAIPPUAKAUPPIAS"})
    assert b"SAIPPUAKAUPPIAS" not in sealed
    monkeypatch.setattr(settings, "CREDENTIAL_KEYS", [new, old])
    assert decrypt_credentials(sealed) == {"secret": "SAIPPUAKAUPPIAS"}
    for keys in ([new], []):
        monkeypatch.setattr(settings, "CREDENTIAL_KEYS", keys)
        with pytest.raises(CredentialsUnreadable):
            decrypt_credentials(sealed)
