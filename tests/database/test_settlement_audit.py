"""The audit outside the database gives each row the class that the runs gave it, whatever the case."""

import io
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.database.books import line
from tests.database.settling import add_bank_account, bank_statement, classes, csv_file, csv_row, read, reconcile
from tests.database.staff import pay_and_register
from tests.world import World, make_fee
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.core.posting_rules import paid_entries
from torget.payments.ledger.models import JournalEntry
from torget.payments.ledger.post import post_entries
from torget.payments.settlement.audit.audit import audit_settlements
from torget.payments.settlement.reconciliation_models import AgreedFee, FullAudit, Item

pytestmark = pytest.mark.usefixtures("settlement_folder")


@dataclass(frozen=True)
class Case:
    """One payment of ours and the rows that the provider has of it: (difference in cents, fee) each."""

    is_ours: bool
    rows: tuple[tuple[int, int], ...]


ROW = st.tuples(st.sampled_from((0, 0, 0, -1, 7)), st.sampled_from((35, 35, 36)))
CASES = st.lists(
    st.builds(
        Case,
        is_ours=st.booleans(),
        rows=st.lists(st.tuples(st.sampled_from((0, 0, 0, -1, 7)), st.sampled_from((35, 35, 36))), max_size=3).map(
            tuple
        ),
    ),
    min_size=1,
    max_size=8,
)


def expected_class(case: Case, *, is_late: bool) -> str:
    """By a plain reading of the classes, apart from both ways of the product."""
    if not case.rows:
        return "missing_there" if is_late else "waiting"
    if not case.is_ours:
        return "missing_here"
    difference, fee = case.rows[0]
    if difference:
        return "amount_differs"
    return "matched" if fee == 35 else "fee_differs"


def test_runs_and_audit_agree_on_generated_cases(world: World) -> None:
    """One world, many batches: each adds payments, files and runs to what is there, and the audit sees all of it."""
    account = MerchantAccount.objects.get(account="375917")
    AgreedFee.objects.create(
        merchant_account=account, fixed_cents=35, valid_from=world.now.date() - timedelta(days=900)
    )
    template = Payment.objects.get(pk=pay_and_register(world, make_fee(11, 1000, "RAS/PK")))
    numbers = iter(range(1, 1_000_000))
    told: dict[str, tuple[Case, int]] = {}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases=CASES, days=st.integers(0, 3))
    def batch(cases: list[Case], days: int) -> None:
        world.now += timedelta(days=days)
        rows = []
        for case in cases:
            number = next(numbers)
            subject = make_payment(template, number) if case.is_ours else f"stranger-{number}"
            if case.is_ours or case.rows:
                told[subject] = (case, (world.now + timedelta(hours=3)).toordinal())
            if case.is_ours:
                payment = Payment.objects.get(token=subject)
                post_entries(paid_entries(payment.pk, [line("raasepori", 1000)]), happened_at=world.now)
                link(payment)
            rows += [csv_row(subject, 1000 + more, fee_cents=fee, settlement=str(number)) for more, fee in case.rows]
        if rows:
            # One that comes once: a file of which every row came twice would be refused as doubled.
            read(csv_file(*dict.fromkeys(rows), csv_row(f"lone-{next(numbers)}", 1)))
        reconcile(world, "375917")
        report = audit_settlements(at=world.now)
        assert report.disagreements == ()

    batch()
    for subject, (case, _day) in told.items():
        item = Item.objects.get(subject__contains=subject, number=1) if case.is_ours else None
        if item is not None:
            assert item.waits_until is not None or item.reported_cents is not None
            is_late = item.waits_until is not None and item.waits_until < (world.now + timedelta(hours=2)).date()
            assert item.row_class == expected_class(case, is_late=is_late)
    assert (
        sum(one.count for one in audit_settlements(at=world.now).totals)
        == Item.objects.exclude(kind="settlement").count()
    )


def make_payment(template: Payment, number: int) -> str:
    """A further payment like the template's, as far as the journal and the provider tell them apart."""
    token = uuid4()
    copy = Payment.objects.get(pk=template.pk)
    copy.pk, copy.token, copy.position = None, token, number + 1
    copy.reference, copy.provider_reference = f"99{number}", f"provider-{number}"
    copy._state.adding = True
    copy.save()
    return str(token)


def link(payment: Payment) -> None:
    """The entries that are written outside a payment's own steps do not name it; these must."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    JournalEntry.objects.filter(key=f"payment:{payment.pk}:paid").update(payment_id=payment.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


def test_a_class_that_was_kept_wrongly_is_found(world: World) -> None:
    payment = Payment.objects.get(pk=pay_and_register(world, make_fee(11, 1000, "RAS/PK")))
    read(csv_file(csv_row(str(payment.token), 1000)))
    reconcile(world)
    assert audit_settlements(at=world.now).disagreements == ()
    Item.objects.filter(kind="payment").update(row_class="amount_differs")
    (found,) = audit_settlements(at=world.now).disagreements
    assert (found.about, found.kept, found.judged) == (
        f"payment {payment.token}",
        "amount_differs ×1",
        "matched ×1",
    )
    Item.objects.filter(kind="payment").update(row_class="matched")
    Item.objects.filter(kind="payment").update(subject=str(uuid4()))
    assert len(audit_settlements(at=world.now).disagreements) == 2


def test_the_command_tells_and_fails(world: World) -> None:
    payment = Payment.objects.get(pk=pay_and_register(world, make_fee(11, 1000, "RAS/PK")))
    read(csv_file(csv_row(str(payment.token), 1000), csv_row("x", 5)))
    reconcile(world)
    said = io.StringIO()
    call_command("audit_settlements", stdout=said)
    assert [one.split()[:3] for one in said.getvalue().splitlines()] == [
        ["rows", "matched", "1"],
        ["rows", "missing_here", "1"],
        ["payouts", "waiting", "1"],
    ]
    audit = FullAudit.objects.get()
    assert audit.finished_at is not None
    assert list(audit.counts.values()) == [
        {"rows": {"matched": 1, "missing_here": 1}, "bank": {"waiting": 1}},
    ]
    Item.objects.filter(row_class="missing_here").update(row_class="matched")
    with pytest.raises(SystemExit):
        call_command("audit_settlements", stdout=said, stderr=io.StringIO())
    assert FullAudit.objects.latest("pk").disagreements.get().judged == "missing_here ×1"


def payouts_of_every_class(world: World) -> None:
    """Two that arrived, one that differs, one twice, one of nothing, one on its way, and money that nobody explains."""
    add_bank_account("raasepori")
    rows = [
        csv_row(f"p{number}", cents, settlement=str(number), settlement_reference=f"100{number}", fee_cents=5)
        for number, cents in ((1, 1000), (2, 2000), (3, 3000), (4, 5), (5, 5000))
    ]
    read(csv_file(*rows))
    told = bank_statement("raasepori", (995, "1001"), message="054")
    read(told, is_bank=True)
    reconcile(world, "375917")
    arrived = [(995, "1001"), (1990, "1002"), (1990, "1002"), (2995, "1003"), (777, "9999")]
    read(bank_statement("raasepori", *arrived, number=2), is_bank=True)
    reconcile(world, "375917")


def test_the_leg_of_the_bank_is_judged_anew(world: World) -> None:
    payouts_of_every_class(world)
    report = audit_settlements(at=world.now)
    assert report.disagreements == ()
    counts: dict[str, int] = {}
    for one in report.bank_totals:
        counts[one.row_class] = counts.get(one.row_class, 0) + one.count
    assert counts == classes(kind="settlement")
    assert set(counts) == {"matched", "amount_differs", "duplicate", "waiting", "missing_here"}
    world.now += timedelta(days=9)
    reconcile(world, "375917")
    assert audit_settlements(at=world.now).disagreements == ()


@pytest.mark.parametrize(
    ("subject", "change", "judged"),
    [
        ("1", {"row_class": "amount_differs"}, "matched 995/995/5"),
        ("1", {"expected_cents": 994}, "matched 995/995/5"),
        ("1", {"fee_cents": 4}, "matched 995/995/5"),
        ("2", {"reported_cents": 1}, "amount_differs 1995/1990/5"),
        ("4", {"row_class": "missing_there"}, "matched 0/–/5"),
        ("5", {"subject": "6"}, "missing_there 4995/–/5"),
    ],
)
def test_a_payout_that_was_kept_wrongly_is_found(
    world: World, subject: str, change: dict[str, object], judged: str
) -> None:
    payouts_of_every_class(world)
    Item.objects.filter(kind="settlement", subject=subject, number=1).update(**change)
    assert judged in {one.judged for one in audit_settlements(at=world.now).disagreements}


def test_an_entry_that_was_never_linked_is_found(world: World) -> None:
    payouts_of_every_class(world)
    Item.objects.filter(kind="settlement", subject="3").update(
        bank_entry=None, reported_cents=None, row_class="waiting"
    )
    Item.objects.filter(subject__startswith="bank:").delete()
    found = {one.about.split()[0]: one.judged for one in audit_settlements(at=world.now).disagreements}
    assert "of the bank has it" in found["settlement"]
    assert found["bank"] == "missing_here"
