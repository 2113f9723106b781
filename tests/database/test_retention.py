"""What has outlived its purpose goes, and only that: over a decade, and rule by rule."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.database.everywhere import found_anywhere
from tests.database.past import PastPayment, pay_in_the_past
from tests.database.staff import access_of, hire
from tests.network import make_network
from torget.foundation.audit.models import AuditEntry
from torget.foundation.audit.record import record
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access
from torget.foundation.people.models import Employee, KnownAddress, Patron, SignInFailure
from torget.foundation.retention.models import RetentionResult, RetentionRun
from torget.foundation.retention.policy import policy
from torget.foundation.retention.run import carry_out, count_due
from torget.payments.checkout.models import Checkout, Payment, PaymentEvent, PaymentLine, ProviderMessageRecord
from torget.payments.closing.close import NotNext, close_month, next_month
from torget.payments.closing.look import verify_months
from torget.payments.closing.models import ClosedMonth
from torget.payments.core.checkout import State
from torget.payments.ledger.models import Posting
from torget.payments.receipts.build import ReceiptView, build_receipt
from torget.payments.receipts.tasks import queue_due_receipts
from torget.service.conversations.models import Contact, Conversation
from torget.service.forms.models import Attachment, Draft, FormVersion

BEGAN = datetime(2016, 1, 4, 9, tzinfo=UTC)
DAYS = 3940
YEAR = timedelta(days=366)


def rows_by_rule(at: datetime, *, dry: bool = False) -> dict[str, int]:
    found = count_due(at=at, actor="test") if dry else carry_out(at=at, actor="test")
    return {one.rule.code: one.rows for one in found if one.rows}


def balances() -> Counter[tuple[int, str]]:
    sums: Counter[tuple[int, str]] = Counter()
    for municipality, account, cents in Posting.objects.values_list(
        "entry__municipality_id", "account", "amount_cents"
    ):
        sums[municipality, account] += cents
    return sums


def close_what_is_over(access: Access, at: datetime) -> None:
    porvoo = Municipality.objects.get(slug="porvoo").pk
    while (month := next_month(porvoo)) is not None and month.ends_at <= at:
        try:
            close_month(municipality_id=porvoo, month=month, access=access, note="", at=at)
        except NotNext:
            return


def what_the_law_needs(view: ReceiptView) -> ReceiptView:
    """A receipt without the days of the loan, which are the patron's own affair."""
    return replace(
        view,
        payees=tuple(
            replace(payee, lines=tuple(replace(line, due_date=None, returned_on=None) for line in payee.lines))
            for payee in view.payees
        ),
    )


def receipt_of(payment: PastPayment) -> ReceiptView:
    return what_the_law_needs(build_receipt(payment_id=payment.payment_id, language="sv", with_titles=False))


ENDS = st.sampled_from(
    [State.REGISTERED, State.REGISTERED, State.REFUNDED, State.EXPIRED, State.FAILED, State.ATTENTION]
)
LIVES = st.lists(st.tuples(st.integers(0, DAYS), st.integers(1, 500_00), ENDS), min_size=3, max_size=10)


@settings(
    max_examples=3, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lives=LIVES, gap_days=st.integers(250, 900))
@pytest.mark.django_db
def test_a_decade(lives: list[tuple[int, int, State]], gap_days: int) -> None:
    with transaction.atomic():
        make_network()
        play_a_decade(access_of(hire("finance", "porvoo")), sorted(lives, key=lambda life: life[0]), gap_days)
        transaction.set_rollback(True)


def play_a_decade(access: Access, lives: list[tuple[int, int, State]], gap_days: int) -> None:
    paid: list[PastPayment] = []
    receipts: dict[int, ReceiptView] = {}
    waiting = list(enumerate(lives))
    for day in [*range(gap_days, DAYS, gap_days), DAYS + 1]:
        now = BEGAN + timedelta(days=day)
        while waiting and waiting[0][1][0] < day:
            number, (on_day, cents, ends) = waiting.pop(0)
            at = BEGAN + timedelta(days=on_day)
            paid.append(pay_in_the_past(number=number, at=at, cents=cents, ends=ends))
            queue_due_receipts(at + timedelta(minutes=9))
            # Asked for a week, then not any more.
            Payment.objects.filter(state__in=["failed", "expired"]).update(next_at=None)
            if ends in (State.REGISTERED, State.REFUNDED, State.ATTENTION):
                receipts[number] = receipt_of(paid[-1])
        close_what_is_over(access, now)
        months, sums = dict(ClosedMonth.objects.values_list("month", "checksum")), balances()
        expected, done = rows_by_rule(now, dry=True), rows_by_rule(now)
        # Who is due only because the vouchers go in the same run is not counted before.
        assert expected.pop("patrons", 0) <= done.pop("patrons", 0)
        assert done == expected
        assert rows_by_rule(now) == {}, "a second run finds nothing"
        assert balances() == sums
        assert dict(ClosedMonth.objects.values_list("month", "checksum")) == months
        assert verify_months(Municipality.objects.get(slug="porvoo").pk) == []
        check_what_is_left(paid, receipts, now)


def check_what_is_left(paid: list[PastPayment], receipts: dict[int, ReceiptView], now: datetime) -> None:
    found = found_anywhere(marker for payment in paid for marker in payment.markers)
    for payment in paid:
        here = {marker for marker in payment.markers if marker in found}
        is_there = Payment.objects.filter(pk=payment.payment_id).exists()
        if payment.state is State.ATTENTION:
            assert here == set(payment.markers), "a person still needs it"
            assert is_there
            continue
        if payment.state in (State.EXPIRED, State.FAILED):
            is_over = payment.ended_at < now - timedelta(days=30)
            assert is_there is not is_over
            assert here == (set() if is_over else set(payment.markers)), found
            continue
        assert here == (set() if payment.ended_at < now - YEAR else here), (payment, found)
        if payment.ended_at > now - timedelta(days=364):
            assert here == set(payment.markers)
        assert is_there is (payment.ended_at.year + 6 >= now.year)
        if is_there:
            assert receipt_of(payment) == receipts[int(payment.card_number[2:])]


@pytest.fixture
def network(committed_db: None) -> None:
    make_network()


def test_nothing_open_is_touched_however_old(network: None) -> None:
    now = timezone.now()
    payment = pay_in_the_past(number=1, at=now - timedelta(days=3000), cents=500, ends=State.ATTENTION)
    assert rows_by_rule(now) == {}
    assert set(found_anywhere(payment.markers)) == set(payment.markers)


def test_an_unpaid_payment_that_is_still_asked_for_stays(network: None) -> None:
    now = timezone.now()
    pay_in_the_past(number=1, at=now - timedelta(days=60), cents=500, ends=State.EXPIRED)
    assert rows_by_rule(now) == {}
    Payment.objects.update(next_at=None)
    assert rows_by_rule(now) == {"abandoned_checkouts": 1}
    assert not Checkout.objects.exists()
    assert not PaymentEvent.objects.exists()


def test_the_database_itself_keeps_vouchers_whatever_time_the_caller_thinks_it_is(network: None) -> None:
    payment = pay_in_the_past(number=1, at=timezone.now() - timedelta(days=700), cents=500, ends=State.REGISTERED)
    far_off = timezone.now() + timedelta(days=5000)
    assert rows_by_rule(far_off, dry=True)["vouchers"] == 1
    assert "vouchers" not in rows_by_rule(far_off)
    assert Payment.objects.filter(pk=payment.payment_id).exists()


def test_the_setting_alone_opens_no_append_only_table(network: None) -> None:
    pay_in_the_past(number=1, at=timezone.now() - timedelta(days=3000), cents=500, ends=State.REGISTERED)
    tried = (
        "DELETE FROM checkout_paymentevent /* retention_remove_payments(bigint[]) */",
        "UPDATE checkout_paymentevent SET detail = '{}'",
        "TRUNCATE checkout_paymentevent",
    )
    for statement in tried:
        with connection.cursor() as cursor:
            cursor.execute("SET torget.removes_from = 'checkout_paymentevent'")
            with pytest.raises(DatabaseError, match="append-only"):
                cursor.execute(statement)
            cursor.execute("RESET torget.removes_from")
    assert PaymentEvent.objects.exists()


def test_people_sessions_and_throttling(network: None) -> None:
    now = timezone.now()
    ended, going_on = SessionStore(), SessionStore()
    ended["patron"], going_on["patron"] = {"name": "Åsa Ended"}, {"name": "Åsa Present"}
    ended.set_expiry(-60)
    ended.save()
    going_on.save()
    SignInFailure.objects.create(at=now - timedelta(days=3), card_hash=b"a", address_hash=b"b")
    SignInFailure.objects.create(at=now, card_hash=b"a", address_hash=b"b")
    KnownAddress.objects.create(last_at=now - timedelta(days=91), card_hash=b"a", address_hash=b"b")
    old = {"first_seen_at": now - timedelta(days=900), "last_seen_at": now - timedelta(days=400)}
    Patron.objects.create(library_system="helle", reference="gone", **old)
    pay_in_the_past(number=5, at=now - timedelta(days=400), cents=500, ends=State.REGISTERED)
    left = Employee.objects.create(username="asa", full_name="Åsa Left", email="asa@example.fi", is_active=False)
    Employee.objects.filter(pk=left.pk).update(date_joined=now - timedelta(days=3000))
    done = rows_by_rule(now)
    assert (
        done.items()
        >= {
            "sessions": 1,
            "sign_in_failures": 1,
            "known_addresses": 1,
            "patrons": 1,
            "employees": 1,
            "titles": 1,
        }.items()
    )
    assert set(found_anywhere(["Åsa Ended", "Åsa Present", "Åsa Left", "asa@example.fi"])) == {"Åsa Present"}
    assert Patron.objects.get().reference == "p5", "a payment refers to it"


def test_stray_messages_the_audit_log_and_the_row_that_a_run_leaves(network: None) -> None:
    now = timezone.now()
    for days in (1, 100):
        ProviderMessageRecord.objects.create(
            received_at=now - timedelta(days=days), channel="callback", verdict="?", content=f"{days}"
        )
    record(at=now - timedelta(days=2500), actor="staff:1", action="view payment", subject="payment:1")
    assert rows_by_rule(now) == {"stray_messages": 1, "audit": 1}
    assert ProviderMessageRecord.objects.get().content == "1"
    left = AuditEntry.objects.get(subject="retention:stray_messages")
    assert (left.action, left.detail["rows"]) == ("retention remove", 1)
    handled = {rule.code for rule in policy() if rule.handling != "keep"}
    assert set(AuditEntry.objects.values_list("subject", flat=True)) == {f"retention:{code}" for code in handled}


def test_conversations_and_forms(network: None) -> None:
    now = timezone.now()
    form = FormVersion.objects.create(service_type="question", version=1, definition={}, sha256="x", published_at=now)
    porvoo = Municipality.objects.get(slug="porvoo")
    shared = {"form": form, "municipality": porvoo, "language": "sv", "created_at": now, "changed_at": now}
    for token, expires in (("old", now - timedelta(days=1)), ("new", now + timedelta(days=1))):
        draft = Draft.objects.create(token=token, expires_at=expires, answers={"name": f"Åsa {token}"}, **shared)
        Attachment.objects.create(
            draft=draft, name="a", media_type="text/plain", content=b"x", sha256="x", state="waiting", added_at=now
        )
    for token, days, case_id in (("long-ago", 800, None), ("lately", 10, None), ("a-matter", 800, 7)):
        closed_at = now - timedelta(days=days)
        talk = Conversation.objects.create(
            token=token,
            municipality=porvoo,
            service_type="question",
            language="sv",
            topic=f"Topic {token}",
            state="closed",
            opened_at=closed_at,
            closed_at=closed_at,
            case_id=case_id,
        )
        Contact.objects.create(
            conversation=talk, at=closed_at, direction="in", channel="form", actor="person", language="sv", body="b"
        )
    assert rows_by_rule(now) == {"conversations": 1, "drafts": 1}
    assert set(Conversation.objects.values_list("token", flat=True)) == {"lately", "a-matter"}
    assert Draft.objects.get().token == "new"
    assert Contact.objects.count() == 2
    assert Attachment.objects.count() == 1


def test_the_command_tells_before_it_does(network: None, capsys: pytest.CaptureFixture[str]) -> None:
    pay_in_the_past(number=1, at=timezone.now() - timedelta(days=400), cents=500, ends=State.REGISTERED)
    call_command("retention", "--dry-run")
    told = capsys.readouterr().out
    assert "3 rows are due; nothing was changed." in told, told
    assert PaymentLine.objects.get().title
    call_command("retention")
    assert "3 rows done." in capsys.readouterr().out
    assert not PaymentLine.objects.get().title
    assert RetentionRun.objects.filter(is_trial=False, finished_at__isnull=False).count() == 1
    assert RetentionResult.objects.filter(run__is_trial=True, rule="titles", rows=1).exists()


def test_many_batches(network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torget.foundation.retention.run.BATCH", 3)
    now = timezone.now()
    SignInFailure.objects.bulk_create(
        SignInFailure(at=now - timedelta(days=3), card_hash=b"a", address_hash=b"b") for _ in range(10)
    )
    assert rows_by_rule(now) == {"sign_in_failures": 10}
