"""Three legs: our journal, the provider's rows, the bank; every row ends in a class, and the books close."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from tests.database.settling import (
    add_bank_account,
    balances_of,
    bank_statement,
    classes,
    csv_file,
    csv_row,
    fetch,
    read,
    reconcile,
)
from tests.database.staff import access_of, hire, pay, pay_and_register, settle
from tests.database.test_refunds import refund, wish
from tests.network import OWN_ACCOUNT
from tests.world import World, make_fee, make_patron
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.core.reconciliation import RowClass
from torget.payments.ledger.models import JournalEntry
from torget.payments.settlement.audit.audit import audit_settlements
from torget.payments.settlement.item_words import explain
from torget.payments.settlement.models import SettlementRecord
from torget.payments.settlement.reconciliation_models import AgreedFee, Item, ItemEvent

pytestmark = pytest.mark.usefixtures("settlement_folder")


def own_payment(world: World, cents: int = 1000, patron_id: int = 1) -> Payment:
    """Paid to Raasepori's own account and registered."""
    fee = make_fee(patron_id * 10 + 1, cents, "RAS/PK")
    return Payment.objects.get(pk=pay_and_register(world, fee, patron_id=patron_id))


def settlement_reference_of(slug: str) -> str:
    return str(Item.objects.get(kind="settlement", number=1, municipality__slug=slug).reference)


def test_the_whole_way_from_the_fee_to_the_bank(world: World) -> None:
    own_payment(world, 115)
    both = pay_and_register(world, make_fee(21, 250, "PRV/PK"), make_fee(22, 430, "SIP/PK"), patron_id=2)
    reconcile(world)
    assert classes() == {"waiting": 3}
    assert Item.objects.filter(payment_id=both).count() == 2
    world.wait(days=2)
    fetch(world)
    reconcile(world)
    assert classes(kind="payment") == {"matched": 3}
    assert classes(kind="settlement") == {"waiting": 3}
    for slug, cents in (("raasepori", 115), ("porvoo", 250), ("sipoo", 430)):
        add_bank_account(slug)
        assert balances_of(slug)["provider"] == cents
        assert read(bank_statement(slug, (cents, settlement_reference_of(slug))), slug, is_bank=True).new_rows == 1
    reconcile(world)
    assert classes() == {"matched": 6}
    for slug, cents in (("raasepori", 115), ("porvoo", 250), ("sipoo", 430)):
        assert balances_of(slug) == {"bank": cents, "income:3100": -cents}


def test_a_run_again_changes_nothing(world: World) -> None:
    test_the_whole_way_from_the_fee_to_the_bank(world)
    before = list(Item.objects.order_by("pk").values())
    entries = JournalEntry.objects.count()
    counts = [run.counts for run in reconcile(world)]
    assert [run.counts for run in reconcile(world, everything=True)] == counts
    fetch(world)
    runs = reconcile(world)
    assert [run.counts for run in runs] == counts
    assert [run.booked for run in runs] == [0, 0]
    assert list(Item.objects.order_by("pk").values()) == before
    assert JournalEntry.objects.count() == entries


def test_fees_are_kept_and_booked_once(world: World) -> None:
    payment = own_payment(world)
    add_bank_account("raasepori")
    read(csv_file(csv_row(str(payment.token), 1000, fee_cents=35)))
    read(bank_statement("raasepori", (965, "2026112512")), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    reconcile(world, OWN_ACCOUNT)
    assert classes() == {"matched": 2}
    assert balances_of("raasepori") == {"bank": 965, "provider_fees": 35, "income:3100": -1000}
    happened = JournalEntry.objects.get(kind="payout").happened_at
    assert happened <= world.now


def test_what_never_appears_at_the_provider(world: World) -> None:
    own_payment(world)
    reconcile(world)
    assert classes() == {"waiting": 1}
    item = Item.objects.get()
    assert item.waits_until == date(2026, 11, 30)
    world.wait(days=7)
    reconcile(world)
    assert classes() == {"missing_there": 1}
    world.wait(days=1)
    # It appears at last.
    read(csv_file(csv_row(item.subject, 1000)))
    reconcile(world)
    assert classes(kind="payment") == {"matched": 1}
    events = ItemEvent.objects.order_by("pk").values_list("from_class", "to_class")
    assert list(events) == [("waiting", "missing_there"), ("missing_there", "matched")]


def test_a_finding_has_a_named_owner(world: World) -> None:
    finance = hire("finance", "raasepori")
    read(csv_file(csv_row("somebody-elses", 700)))
    reconcile(world)
    assert Item.objects.get(kind="payment").owner == finance


def test_a_payment_we_never_heard_of_goes_through_registration(world: World) -> None:
    """The return, the callback and every poll were lost; the file has it."""
    patron = make_patron(1, make_fee(11, 500, "RAS/PK"))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    world.at_provider(payment_id, "pay_unnoticed")
    world.wait(days=2)
    # Nobody polls in these two days.
    fetch(world)
    assert Payment.objects.get(pk=payment_id).state == "open"
    (run,) = reconcile(world, OWN_ACCOUNT)
    assert run.found_paid == 1
    assert classes(kind="payment") == {"matched": 1}
    world.work()
    assert Payment.objects.get(pk=payment_id).state == "registered"
    assert world.outstanding(1).cents == 0


def test_a_payment_whose_page_answer_was_lost_is_found_too(world: World) -> None:
    """We do not even know the provider's reference; its report names it."""
    patron = make_patron(1, make_fee(11, 500, "RAS/PK"))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    world.at_provider(payment_id, "pay_unnoticed")
    Payment.objects.filter(pk=payment_id).update(provider_reference="", state="expired")
    world.wait(days=2)
    fetch(world)
    assert sum(run.found_paid for run in reconcile(world)) == 1
    assert Payment.objects.get(pk=payment_id).state == "paid"


def test_the_file_alone_is_not_believed(world: World) -> None:
    """A report says paid, the provider itself says not: nothing is taken in, and a person looks."""
    patron = make_patron(1, make_fee(11, 500, "RAS/PK"))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    reference = world.open(payment_id)
    payment = Payment.objects.get(pk=payment_id)
    read(csv_file(csv_row(str(payment.token), 500, reference=reference)))
    (run,) = reconcile(world, OWN_ACCOUNT)
    assert run.found_paid == 0
    assert classes(kind="payment") == {"missing_here": 1}
    assert Payment.objects.get(pk=payment_id).state == "open"


def test_strange_rows_differ_and_stand_on_suspense(world: World) -> None:
    payment, other = own_payment(world, 1000, 1), own_payment(world, 300, 2)
    add_bank_account("raasepori")
    rows = (
        csv_row(str(payment.token), 1000),
        csv_row(str(payment.token), 1000, reference="again"),
        csv_row(str(other.token), 250),
        csv_row("unknown", 77),
        csv_row("unknown-refund", -20, original="nobody"),
    )
    read(csv_file(*rows))
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="payment") == {"matched": 1, "duplicate": 1, "amount_differs": 1, "missing_here": 1}
    assert classes(kind="refund") == {"missing_here": 1}
    net = 1000 + 1000 + 250 + 77 - 20
    # Of what the provider owes by its own word, 1007 is not explained by our books.
    assert balances_of("raasepori") == {"provider": net, "suspense": -1007, "income:3100": -1300}
    read(bank_statement("raasepori", (net, "2026112512")), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert balances_of("raasepori") == {"bank": net, "suspense": -1007, "income:3100": -1300}


def test_suspense_is_left_when_the_reason_goes(world: World) -> None:
    """The file came before our own word: first unknown, then matched, and the books are as if it had come in order."""
    payment_id = pay(world, make_fee(11, 500, "RAS/PK"))
    payment = Payment.objects.get(pk=payment_id)
    read(csv_file(csv_row(str(payment.token), 500)))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_journalentry SET kind = 'hidden'")
        cursor.execute("SET session_replication_role = DEFAULT")
    reconcile(world, OWN_ACCOUNT)
    assert balances_of("raasepori")["suspense"] == -500
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_journalentry SET kind = 'paid' WHERE kind = 'hidden'")
        cursor.execute("SET session_replication_role = DEFAULT")
    reconcile(world, OWN_ACCOUNT)
    assert "suspense" not in balances_of("raasepori")
    assert balances_of("raasepori")["provider"] == 500
    assert JournalEntry.objects.filter(kind="suspense").count() == 2


def test_fees_that_are_not_the_agreed_ones(world: World) -> None:
    account = MerchantAccount.objects.get(account=OWN_ACCOUNT)
    for method, fixed, points, since in (
        ("", 10, 150, date(2026, 1, 1)),
        ("osuuspankki", 35, 0, date(2026, 1, 1)),
        ("osuuspankki", 40, 0, date(2027, 1, 1)),
    ):
        AgreedFee.objects.create(
            merchant_account=account, method=method, fixed_cents=fixed, basis_points=points, valid_from=since
        )
    right, wrong, card = (own_payment(world, cents, place) for place, cents in enumerate((1000, 2000, 3000), 1))
    read(
        csv_file(
            csv_row(str(right.token), 1000, fee_cents=35),
            csv_row(str(wrong.token), 2000, fee_cents=36),
            csv_row(str(card.token), 3000, fee_cents=55).replace("osuuspankki", "creditcard"),
        )
    )
    reconcile(world)
    assert classes(kind="payment") == {"matched": 2, "fee_differs": 1}
    assert Item.objects.get(row_class="fee_differs").payment_id == wrong.pk
    assert balances_of("raasepori")["provider_fees"] == 35 + 36 + 55


def test_a_fee_that_changes_later_is_seen(world: World) -> None:
    payment = own_payment(world)
    read(csv_file(csv_row(str(payment.token), 1000, fee_cents=35)))
    reconcile(world)
    assert classes(kind="payment") == {"matched": 1}
    read(csv_file(csv_row(str(payment.token), 1000, fee_cents=45), csv_row("x", 0, fee_cents=0)))
    reconcile(world)
    assert classes(kind="payment", payment__isnull=False) == {"fee_differs": 1}
    assert balances_of("raasepori")["provider_fees"] == 35


def test_a_fee_that_changes_before_the_first_run_is_seen_and_may_change_back(world: World) -> None:
    payment = own_payment(world)
    for extra, fee_cents in enumerate((35, 45, 55)):
        read(csv_file(csv_row(str(payment.token), 1000, fee_cents=fee_cents), csv_row(f"x{extra}", 0)))
    reconcile(world)
    item = Item.objects.get(payment=payment, kind="payment")
    assert (item.row_class, item.fee_cents, item.later_fee_cents) == ("fee_differs", 35, 55)
    assert audit_settlements(at=world.now).disagreements == ()
    read(csv_file(csv_row(str(payment.token), 1000, fee_cents=35), csv_row("x4", 0)))
    reconcile(world)
    assert classes(payment=payment, kind="payment") == {"matched": 1}
    assert audit_settlements(at=world.now).disagreements == ()
    assert balances_of("raasepori")["provider_fees"] == 35


def test_a_payout_of_nothing_is_not_missing_at_the_bank(world: World) -> None:
    payment = own_payment(world, 1000)
    add_bank_account("raasepori")
    rows = [
        csv_row(str(payment.token), 1000, fee_cents=10, settlement_reference="1001"),
        csv_row("r", -990, settlement_reference="1001"),
    ]
    read(csv_file(*rows))
    reconcile(world, OWN_ACCOUNT)
    payout = Item.objects.get(kind="settlement")
    assert (payout.expected_cents, payout.row_class, payout.is_booked) == (0, "matched", True)
    with override("en"):
        assert "cancel out" in explain(payout).why
    world.wait(days=9)
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {"matched": 1}
    assert balances_of("raasepori") == {"provider_fees": 10, "suspense": 990, "income:3100": -1000}
    # A later row makes it something after all, and then it is waited for and looked for.
    read(csv_file(csv_row("late", 500, settlement_reference="1001")))
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {"missing_there": 1}
    read(bank_statement("raasepori", (500, "1001")), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {"matched": 1}


def test_money_that_comes_for_a_payout_of_nothing_differs(world: World) -> None:
    payment = own_payment(world, 1000)
    add_bank_account("raasepori")
    rows = [csv_row(str(payment.token), 1000, settlement_reference="1001"), csv_row("r", -1000)]
    read(csv_file(*(row.replace("2026112512", "1001") for row in rows)))
    reconcile(world, OWN_ACCOUNT)
    read(bank_statement("raasepori", (7, "1001")), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {"amount_differs": 1}


def test_refunds_are_matched_and_paid_out_with_the_rest(world: World) -> None:
    """A part of an ordinary payment, and parts of both payees of an aggregate one, as the provider reports them."""
    own = pay_and_register(world, make_fee(11, 900, "RAS/PK"))
    both = pay_and_register(world, make_fee(21, 250, "PRV/PK"), make_fee(22, 430, "SIP/PK"), patron_id=2)
    refund(own, access_of(hire("library_desk", "raasepori")), wish(line_1=400))
    refund(both, access_of(hire("library_desk", "porvoo")), wish(line_1=50, line_2=30))
    settle(world)
    world.wait(days=2)
    fetch(world)
    reconcile(world)
    assert classes(kind="payment") == {"matched": 3}
    assert classes(kind="refund") == {"matched": 3}
    found = Item.objects.filter(kind="settlement").values_list("municipality__slug", "expected_cents")
    sums: dict[str, int] = {}
    for slug, cents in found:
        sums[slug] = sums.get(slug, 0) + (cents or 0)
    assert sums == {"raasepori": 500, "porvoo": 200, "sipoo": 400}


def test_payouts_that_are_late_wrong_doubled_and_unknown(world: World) -> None:
    payment, other = own_payment(world, 1000, 1), own_payment(world, 500, 2)
    add_bank_account("raasepori")
    read(
        csv_file(
            csv_row(str(payment.token), 1000, settlement="1", settlement_reference="1001"),
            csv_row(str(other.token), 500, settlement="2", settlement_reference="1014"),
        )
    )
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {"waiting": 2}
    statement = bank_statement("raasepori", (990, "1001"), (990, "1001"), (333, "9999"), (12_345, ""))
    read(statement, is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {
        "waiting": 1,
        "amount_differs": 1,
        "duplicate": 1,
        # What names a provider; the message of each does.
        "missing_here": 2,
    }
    arrived = 990 + 990 + 333 + 12_345
    assert balances_of("raasepori") == {
        "bank": arrived,
        "provider": 500,
        "suspense": 1000 - arrived,
        "income:3100": -1500,
    }
    world.wait(days=8)
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement")["missing_there"] == 1


def test_the_bank_may_be_faster_than_the_report(world: World) -> None:
    payment = own_payment(world, 1000)
    add_bank_account("raasepori")
    read(bank_statement("raasepori", (1000, "1001"), day=date(2026, 11, 25)), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert classes(kind="settlement") == {"missing_here": 1}
    assert balances_of("raasepori")["suspense"] == -1000
    read(csv_file(csv_row(str(payment.token), 1000, settlement_reference="1001")))
    reconcile(world, OWN_ACCOUNT)
    assert classes() == {"matched": 3}
    assert balances_of("raasepori") == {"bank": 1000, "income:3100": -1000}


def test_a_notification_and_the_statement_are_one_movement(world: World) -> None:
    payment = own_payment(world, 1000)
    add_bank_account("raasepori")
    read(csv_file(csv_row(str(payment.token), 1000, settlement_reference="1001")))
    read(bank_statement("raasepori", (1000, "1001"), message="054"), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert classes() == {"matched": 2}
    read(bank_statement("raasepori", (1000, "1001"), number=2), is_bank=True)
    reconcile(world, OWN_ACCOUNT)
    assert classes() == {"matched": 2}
    assert balances_of("raasepori") == {"bank": 1000, "income:3100": -1000}


def test_two_rows_of_an_aggregate_are_two_items(world: World) -> None:
    both = pay_and_register(world, make_fee(21, 250, "PRV/PK"), make_fee(22, 250, "SIP/PK"), patron_id=2)
    token = str(Payment.objects.get(pk=both).token)
    read(csv_file(csv_row(token, 250)), "porvoo")
    read(csv_file(csv_row(token, 250, settlement="2")), "sipoo")
    reconcile(world)
    assert classes(kind="payment") == {"matched": 2}


def test_a_class_always_follows(world: World) -> None:
    own_payment(world)
    world.now += timedelta(days=9)
    read(csv_file(csv_row("x", 5)))
    reconcile(world)
    assert set(Item.objects.values_list("row_class", flat=True)) <= set(RowClass)
    assert not Item.objects.filter(is_booked=False).exists()
    assert SettlementRecord.objects.filter(item=None).count() == 0
