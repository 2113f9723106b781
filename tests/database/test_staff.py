"""What staff sees and may do: by role and municipality, with every look and every step in the audit log."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.database.staff import PASSWORD, hire, sign_in
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.people.models import Employee
from torget.payments.checkout.models import Payment, Refund
from torget.payments.core.checkout import State
from torget.payments.ledger.models import Posting
from torget.sandbox.koha import Fault


def signed_in(kind: str, slug: str | None) -> Client:
    known = Employee.objects.filter(username=f"{kind}.{slug or 'all'}.new").first()
    return sign_in(known or hire(kind, slug))


def stuck_payment(world: World, *, patron_id: int = 1, branch: str = "RAS/PK") -> int:
    """A payment that the library system booked as credit without settling the fee: for a human."""
    patron = make_patron(patron_id, make_fee(patron_id * 10 + 1, 115, branch))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.koha.faults.fail_next(Fault.ERROR_BUT_BOOKED, method="POST", path_contains="/credits")
    world.work()
    world.wait(minutes=2)
    world.work()
    assert State(Payment.objects.get(id=payment_id).state) is State.ATTENTION
    return payment_id


def registered_payment(world: World, branch: str = "PRV/PK") -> int:
    patron = make_patron(5, make_fee(51, 115, branch), make_fee(52, 255, branch))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.work()
    return payment_id


def seen_at(payment_id: int) -> str:
    return Payment.objects.get(id=payment_id).changed_at.isoformat()


@pytest.mark.parametrize(
    ("kind", "slug", "sees"),
    [
        ("library_desk", "raasepori", True),
        ("finance", "raasepori", True),
        ("coordinator", "porvoo", True),
        ("operator", None, True),
        ("library_desk", "sipoo", False),
        ("finance", "porvoo", False),
        ("coordinator", "sipoo", False),
    ],
)
def test_who_sees_a_payment_of_raasepori(world: World, kind: str, slug: str | None, sees: bool) -> None:
    payment_id = stuck_payment(world)
    client = signed_in(kind, slug)
    response = client.get(f"/staff/payments/{payment_id}/")
    assert response.status_code == (200 if sees else 404)
    action = "view payment" if sees else "view payment refused"
    assert AuditEntry.objects.filter(action=action, subject=f"payment:{payment_id}").count() == 1
    work_list = client.get("/staff/work-list/").content.decode()
    assert (f"/staff/payments/{payment_id}/" in work_list) is sees


@pytest.mark.parametrize(
    ("kind", "slug", "offered"),
    [
        ("library_desk", "raasepori", {"mark-registered", "refund", "mark-refunded"}),
        ("finance", "raasepori", {"refund", "mark-refunded"}),
        ("coordinator", "porvoo", set()),
        ("operator", None, set()),
    ],
)
def test_what_each_role_may_do(world: World, kind: str, slug: str | None, offered: set[str]) -> None:
    payment_id = stuck_payment(world)
    client = signed_in(kind, slug)
    page = client.get(f"/staff/payments/{payment_id}/").content.decode()
    found = {one for one in ("mark-registered", "refund", "mark-refunded") if f"{payment_id}/{one}/" in page}
    assert found == offered
    before = Payment.objects.get(id=payment_id).changed_at
    for action in ("mark-registered", "refund", "mark-refunded"):
        if action not in offered:
            data = {"note": "because", "seen_at": seen_at(payment_id), "lines": ["1"]}
            client.post(f"/staff/payments/{payment_id}/{action}/", data)
    assert Payment.objects.get(id=payment_id).changed_at == before


def test_the_desk_marks_as_registered_with_a_note(world: World) -> None:
    payment_id = stuck_payment(world)
    client = signed_in("library_desk", "raasepori")
    url = f"/staff/payments/{payment_id}/mark-registered/"
    assert client.post(url, {"note": " ", "seen_at": seen_at(payment_id)}).status_code == 422
    assert client.post(url, {"note": "Applied the credit", "seen_at": seen_at(payment_id)}).status_code == 302
    assert State(Payment.objects.get(id=payment_id).state) is State.REGISTERED
    entry = AuditEntry.objects.get(action="mark registered")
    assert entry.why == "Applied the credit"
    assert entry.actor.startswith("staff:")
    assert sum(Posting.objects.values_list("amount_cents", flat=True)) == 0
    assert Posting.objects.filter(account="income:3100").exists()


def test_two_who_press_at_once_do_it_once(world: World) -> None:
    payment_id = stuck_payment(world)
    first, second = signed_in("library_desk", "raasepori"), signed_in("finance", "raasepori")
    old = seen_at(payment_id)
    first.post(f"/staff/payments/{payment_id}/mark-registered/", {"note": "seen", "seen_at": old})
    data = {"note": "wrong", "seen_at": old, "lines": ["1"], "confirmed": "1"}
    second.post(f"/staff/payments/{payment_id}/refund/", data)
    assert State(Payment.objects.get(id=payment_id).state) is State.REGISTERED
    assert not Refund.objects.exists()


def test_finance_sees_no_titles(world: World) -> None:
    from torget.sandbox.population import SandboxItem

    item = SandboxItem(item_id=7, title="Pappan och havet", home_branch="RAS/PK", barcode="7")
    patron = make_patron(9, make_fee(91, 115, "RAS/PK", item_id=7))
    world.add(patron, items=(item,))
    (payment_id,) = world.start(patron).payment_ids
    assert b"Pappan" in signed_in("library_desk", "raasepori").get(f"/staff/payments/{payment_id}/").content
    assert b"Pappan" not in signed_in("finance", "raasepori").get(f"/staff/payments/{payment_id}/").content


@pytest.mark.parametrize("by", ["card", "reference", "rf", "amount"])
def test_search_finds_by(world: World, by: str) -> None:
    from torget.foundation.core.reference_number import rf_reference

    payment_id = registered_payment(world)
    Payment.objects.filter(id=payment_id).update(created_at=timezone.now() - timedelta(days=1))
    payment = Payment.objects.get(id=payment_id)
    text = {
        "card": payment.card_number,
        "reference": payment.reference,
        "rf": rf_reference(payment.reference),
        "amount": "3,70",
    }[by]
    client = signed_in("library_desk", "porvoo")
    response = client.post("/staff/search/", {"quick": "1", "find": text}, follow=True)
    assert f"/staff/payments/{payment_id}/" in response.content.decode()
    other = signed_in("library_desk", "sipoo").post("/staff/search/", {"quick": "1", "find": text}, follow=True)
    assert f"/staff/payments/{payment_id}/" not in other.content.decode()


def test_nothing_is_searched_for_before_something_is_asked(world: World) -> None:
    registered_payment(world)
    page = signed_in("operator", None).get("/staff/search/").content.decode()
    assert "/staff/payments/" not in page


def test_a_wrong_password_says_nothing_and_is_slowed_down(world: World) -> None:
    employee = hire("finance", "porvoo")
    client = Client()
    for _ in range(5):
        response = client.post("/staff/sign-in/", {"username": employee.username, "password": "wrong"})
        assert response.status_code == 422
    response = client.post("/staff/sign-in/", {"username": employee.username, "password": PASSWORD})
    assert response.status_code == 422
    assert client.get("/staff/").status_code == 302


def test_every_page_needs_a_sign_in(world: World) -> None:
    for url in ("/staff/", "/staff/work-list/", "/staff/search/", "/staff/payments/1/", "/staff/payments/1/refund/"):
        response = Client().get(url)
        assert response.status_code == 302
        assert "/staff/sign-in/" in response.headers["Location"]
