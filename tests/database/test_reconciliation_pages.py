"""The pages of reconciliation: what is found, settling it with a note and taking that back, and who may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.database.settling import add_bank_account, bank_statement, csv_file, csv_row, read, reconcile
from tests.database.staff import hire, pay_and_register, sign_in
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Role
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.settlement import tasks
from torget.payments.settlement.models import BankAccount
from torget.payments.settlement.reconciliation_models import AgreedFee, Item, Run

pytestmark = pytest.mark.usefixtures("settlement_folder")
HOME = "/staff/reconciliation/"


def item_url(item: Item) -> str:
    return f"{HOME}items/{item.pk}/"


def a_finding(world: World) -> Item:
    read(csv_file(csv_row("somebody-elses", 700)))
    reconcile(world)
    return Item.objects.get(kind="payment")


def test_nothing_yet_and_then_everything(world: World) -> None:
    client = sign_in(hire("finance", "raasepori"))
    page = client.get(HOME).content.decode()
    assert "Nothing has been compared yet" in page
    assert "Fetch and compare now" in page
    item = a_finding(world)
    page = client.get(HOME).content.decode()
    assert "Missing here" in page
    assert "Paytrail 375917, Raasepori" in page
    assert "Findings that need a person" in client.get("/staff/").content.decode()
    found = client.get(f"{HOME}items/?class=missing_here&leg=rows").content.decode()
    assert item_url(item) in found
    assert "€7.00" in found
    assert "Nothing here" in client.get(f"{HOME}items/?class=duplicate").content.decode()


def test_settling_with_a_note_and_taking_it_back(world: World) -> None:
    item = a_finding(world)
    client = sign_in(hire("finance", "raasepori"))
    page = client.get(item_url(item))
    assert "Nothing of ours belongs to this row" in page.content.decode()
    seen_at = page.context["form"]["seen_at"].value()
    empty = client.post(item_url(item), {"seen_at": seen_at, "note": " "})
    assert empty.status_code == 422
    assert "Write why it is settled" in empty.content.decode()
    done = client.post(item_url(item), {"seen_at": seen_at, "note": "Myymälän oma myynti"}, follow=True)
    assert "Myymälän oma myynti" in done.content.decode()
    assert "Everything is explained" in client.get(HOME).content.decode()
    assert item_url(item) in client.get(f"{HOME}items/?class=cleared").content.decode()
    # A run does not bring it back.
    reconcile(world)
    assert Item.objects.get(pk=item.pk).cleared_note
    again = client.post(item_url(item), {"seen_at": seen_at, "note": "twice"}, follow=True)
    assert "It has changed since you looked" in again.content.decode()
    undone = client.post(f"{item_url(item)}undo/", follow=True)
    assert "Taken back" in undone.content.decode()
    assert "Missing here" in client.get(HOME).content.decode()
    actions = list(AuditEntry.objects.filter(subject=f"item:{item.pk}").order_by("pk").values_list("action", "why"))
    assert actions == [
        ("clear finding", "Myymälän oma myynti"),
        ("take back clearing", "Myymälän oma myynti"),
    ]


def test_a_finding_is_given_to_a_colleague_and_stays_with_them(world: World) -> None:
    first, second = hire("finance", "raasepori"), hire("finance", "porvoo")
    Role.objects.create(employee=second, kind="finance", municipality=Municipality.objects.get(slug="raasepori"))
    item = a_finding(world)
    assert item.owner == first
    client = sign_in(first)
    page = client.get(item_url(item)).content.decode()
    assert "Give it to a colleague" in page
    seen_at = client.get(item_url(item)).context["form"]["seen_at"].value()
    given = client.post(f"{item_url(item)}give/", {"colleague": second.pk}, follow=True)
    assert f"Responsible: {second.full_name}" in given.content.decode()
    assert AuditEntry.objects.get(action="give finding").detail == {"from": first.pk, "to": second.pk}
    assert item_url(item) not in client.get(f"{HOME}items/?whose=own").content.decode()
    assert item_url(item) in sign_in(second).get(f"{HOME}items/?whose=own").content.decode()
    reconcile(world)
    assert Item.objects.get(pk=item.pk).owner == second
    # Who was just writing a note can still send it.
    client.post(item_url(item), {"seen_at": seen_at, "note": "Kirjaston oma myynti"})
    assert Item.objects.get(pk=item.pk).cleared_at is not None
    late = client.post(f"{item_url(item)}give/", {"colleague": first.pk}, follow=True)
    assert "It has changed since you looked" in late.content.decode()


def test_findings_are_not_given_to_just_anybody(world: World) -> None:
    first, desk = hire("finance", "raasepori"), hire("library_desk", "raasepori")
    stranger = hire("finance", "porvoo")
    item = a_finding(world)
    client = sign_in(first)
    assert "Give it to a colleague" not in client.get(item_url(item)).content.decode()
    for wanted in (str(desk.pk), str(stranger.pk), "0", "²", "", "9" * 30):
        answer = client.post(f"{item_url(item)}give/", {"colleague": wanted}, follow=True)
        assert "does not work in finance" in answer.content.decode()
    operator = sign_in(hire("operator"))
    refused = operator.post(f"{item_url(item)}give/", {"colleague": first.pk}, follow=True)
    assert "Your role does not let you do this" in refused.content.decode()
    assert sign_in(stranger).post(f"{item_url(item)}give/", {"colleague": first.pk}).status_code == 404
    assert Item.objects.get(pk=item.pk).owner == first


def test_findings_stand_on_the_work_list_of_finance(world: World) -> None:
    item = a_finding(world)
    finance = sign_in(hire("finance", "raasepori"))
    page = finance.get("/staff/work-list/").content.decode()
    assert "Findings of the reconciliation" in page
    assert item_url(item) in page
    assert "Missing here: Payment somebody-elses" in page
    # The first page counts it with all that waits, and leads there.
    assert "/staff/work-list/#findings" in finance.get("/staff/").content.decode()
    for other in (hire("library_desk", "raasepori"), hire("finance", "porvoo")):
        page = sign_in(other).get("/staff/work-list/").content.decode()
        assert "Findings of the reconciliation" not in page
        assert sign_in(other).get(item_url(item)).status_code == 404
    assert "Findings" not in finance.get("/staff/work-list/?municipality=raasepori&reason=refused").content.decode()


def test_what_was_seen_must_still_be_so(world: World) -> None:
    item = a_finding(world)
    client = sign_in(hire("finance", "raasepori"))
    seen_at = client.get(item_url(item)).context["form"]["seen_at"].value()
    Item.objects.filter(pk=item.pk).update(changed_at=timezone.now())
    late = client.post(item_url(item), {"seen_at": seen_at, "note": "x"}, follow=True)
    assert "It has changed since you looked" in late.content.decode()
    assert Item.objects.get(pk=item.pk).cleared_at is None


def test_others_may_look_or_not_even_that(world: World) -> None:
    item = a_finding(world)
    run = Run.objects.filter(merchant_account=item.merchant_account).latest("pk")
    stranger = sign_in(hire("finance", "porvoo"))
    for path in (item_url(item), f"{HOME}runs/{run.pk}/"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{item_url(item)}undo/").status_code == 404
    operator = sign_in(hire("operator"))
    page = operator.get(item_url(item))
    assert page.context["form"] is None
    refused = operator.post(item_url(item), {"note": "x", "seen_at": ""}, follow=True)
    assert "Your role does not let you do this" in refused.content.decode()
    assert operator.post(f"{HOME}fetch/", follow=True).status_code == 200
    operator.post(f"{item_url(item)}undo/")
    assert set(AuditEntry.objects.filter(actor__startswith="staff:").values_list("action", flat=True)) >= {
        "clear finding refused",
        "fetch settlements refused",
        "view finding refused",
        "view reconciliation run refused",
        "take back clearing refused",
    }


def test_a_payout_shows_its_rows_and_the_entry_of_the_bank(world: World) -> None:
    payment = Payment.objects.get(pk=pay_and_register(world, make_fee(11, 1000, "RAS/PK")))
    add_bank_account("raasepori")
    read(csv_file(csv_row(str(payment.token), 1000, fee_cents=35)))
    read(bank_statement("raasepori", (965, "2026112512")), is_bank=True)
    reconcile(world)
    client = sign_in(hire("finance", "raasepori", "sv"))
    page = client.get(item_url(Item.objects.get(kind="settlement"))).content.decode()
    for text in ("Banken har precis den summa", "9,65", payment.reference, "Kontoutdrag S1", "0,35"):
        assert text in page
    row = client.get(item_url(Item.objects.get(kind="payment"))).content.decode()
    assert f"/staff/payments/{payment.pk}/" in row
    assert "Rad 2 i filen" in row


def test_the_list_as_csv(world: World) -> None:
    a_finding(world)
    client = sign_in(hire("finance", "raasepori"))
    answer = client.get(f"{HOME}items.csv?class=missing_here")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ";Missing here;" in lines[1]
    assert ";7,00;" in lines[1]
    assert AuditEntry.objects.filter(action="export findings").exists()


def test_runs_and_a_run(world: World) -> None:
    a_finding(world)
    client = sign_in(hire("finance", "raasepori"))
    page = client.get(f"{HOME}runs/").content.decode()
    run = Run.objects.get(merchant_account__municipality__slug="raasepori")
    assert f"runs/{run.pk}/" in page
    one = client.get(f"{HOME}runs/{run.pk}/").content.decode()
    assert "2 rows and payouts" in one
    Run.objects.filter(pk=run.pk).update(state="running", step="bank")
    going = client.get(f"{HOME}runs/{run.pk}/", headers={"hx-request": "true"}).content.decode()
    assert "Comparing with the bank" in going
    assert "every 2s" in going


def test_the_full_check_shows_what_differs_to_those_it_is_of(world: World) -> None:
    item = a_finding(world)
    own, other = sign_in(hire("finance", "raasepori")), sign_in(hire("finance", "porvoo"))
    assert "Nothing has been checked yet" in own.get(f"{HOME}full-check/").content.decode()
    tasks.audit("command")
    assert "Agrees" in own.get(HOME).content.decode()
    Item.objects.filter(pk=item.pk).update(row_class="matched")
    assert "Everything is compared anew" in own.post(f"{HOME}full-check/now/", follow=True).content.decode()
    tasks.audit_every_night(0)
    page = own.get(f"{HOME}full-check/").content.decode()
    assert "Differs" in page
    assert "kept: matched ×1 · found: missing_here ×1" in page
    page = other.get(f"{HOME}full-check/").content.decode()
    assert "Agrees" in page
    assert "missing_here" not in page


def test_bank_accounts(world: World) -> None:
    client = sign_in(hire("finance", "raasepori"))
    path = f"{HOME}bank-accounts/"
    assert "No account yet" in client.get(path).content.decode()
    assert "check digits" in client.post(path, {"iban": "FI2112345600000786"}).content.decode()
    assert "Enter the account number" in client.post(path, {"iban": ""}).content.decode()
    done = client.post(path, {"iban": "fi21 1234 5600 0007 85"}, follow=True).content.decode()
    assert "FI21 1234 5600 0007 85" in done
    assert "already" in client.post(path, {"iban": "FI2112345600000785"}).content.decode()
    account = BankAccount.objects.get()
    client.post(path, {"end": account.pk})
    assert not BankAccount.objects.get().is_active
    stranger = sign_in(hire("finance", "porvoo"))
    stranger.post(path, {"open": account.pk})
    assert not BankAccount.objects.get().is_active
    client.post(path, {"open": account.pk})
    assert BankAccount.objects.get().is_active
    desk = sign_in(hire("library_desk", "raasepori"))
    desk.post(path, {"iban": "FI5810171000000122"})
    assert BankAccount.objects.count() == 1


def test_every_situation_has_words(world: World) -> None:
    """Each item of a rich case is explained in each language, with nothing left to fill in."""
    paid = [
        Payment.objects.get(pk=pay_and_register(world, make_fee(n * 10, 1000, "RAS/PK"), patron_id=n))
        for n in (1, 2, 3, 4)
    ]
    add_bank_account("raasepori")
    AgreedFee.objects.create(
        merchant_account=MerchantAccount.objects.get(account="375917"), fixed_cents=30, valid_from=world.now.date()
    )
    tokens = [str(one.token) for one in paid]
    read(
        csv_file(
            csv_row(tokens[0], 1000, fee_cents=30),
            csv_row(tokens[0], 1000, reference="again", fee_cents=30),
            csv_row(tokens[1], 900, fee_cents=30),
            csv_row(tokens[2], 1000, fee_cents=31, settlement="2", settlement_reference="1014"),
            csv_row("x", -5, original="y"),
            csv_row("z", 8),
        )
    )
    read(bank_statement("raasepori", (1, "2026112512"), (5, "777777")), is_bank=True)
    reconcile(world)
    world.now += timedelta(days=12)
    reconcile(world)
    client = sign_in(hire("finance", "raasepori"))
    seen = set()
    for item in Item.objects.all():
        for language in ("sv", "fi", "en"):
            page = client.get(item_url(item), headers={"accept-language": language}).content.decode()
            assert "%(" not in page
        seen.add((item.kind == "settlement", item.row_class))
    assert {(False, "matched"), (False, "duplicate"), (False, "amount_differs"), (False, "fee_differs")} <= seen
    assert {(False, "missing_here"), (False, "missing_there"), (True, "missing_there"), (True, "missing_here")} <= seen


def test_the_background_work_reads_compares_and_stops(world: World) -> None:
    from tests.database.settling import take_in

    take_in(csv_file(csv_row("x", 5)))
    assert tasks.read_waiting_files() == 1
    assert tasks.reconcile_news() == 1
    assert tasks.reconcile_news() == 0
    assert tasks.reconcile_all("daily") == 2
