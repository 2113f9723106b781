"""Roles × municipalities: who sees which payment, and who may do what about it."""

import pytest

from tests.database.staff import access_of, hire, pay, pay_with_trouble, sign_in
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Cooperation, Municipality
from torget.foundation.people.access import Access, load_access
from torget.foundation.people.models import Employee, Role
from torget.payments.checkout.models import Payment
from torget.payments.checkout.resolve import actions_for, look_at
from torget.payments.core.resolving import Action
from torget.payments.web.staff.visible import visible_payments
from torget.sandbox.population import SandboxItem

RESOLVE = {Action.RETRY, Action.MARK_REGISTERED}
GIVE_BACK = {Action.REFUND, Action.MARK_REFUNDED}

#: Role, its municipality, and what it may do about a payment in trouble of Raasepori's alone; None: does not see it.
MATRIX = [
    ("library_desk", "raasepori", RESOLVE | GIVE_BACK),
    ("library_desk", "porvoo", None),
    ("finance", "raasepori", GIVE_BACK),
    ("finance", "porvoo", None),
    ("coordinator", "porvoo", set()),
    ("coordinator", "raasepori", set()),
    ("coordinator", "sipoo", None),
    ("operator", None, set()),
]
PATHS = {
    Action.RETRY: "retry",
    Action.MARK_REGISTERED: "mark-registered",
    Action.REFUND: "refund",
    Action.MARK_REFUNDED: "mark-refunded",
}


@pytest.mark.parametrize(("kind", "slug", "may"), MATRIX)
def test_what_a_role_sees_and_does(world: World, kind: str, slug: str | None, may: set[Action] | None) -> None:
    payment_id = pay_with_trouble(world, make_fee(11, 115, "RAS/PK"))
    employee = hire(kind, slug)
    access = access_of(employee)
    assert visible_payments(access).filter(pk=payment_id).exists() is (may is not None)
    assert actions_for(look_at(payment_id), access) == (may or set())
    client = sign_in(employee)
    page = client.get(f"/staff/payments/{payment_id}/")
    assert page.status_code == (404 if may is None else 200)
    on_list = f"/staff/payments/{payment_id}/" in client.get("/staff/work-list/").content.decode()
    assert on_list is (may is not None)
    found = client.post("/staff/search/", {"find": Payment.objects.get().card_number}, follow=True).content.decode()
    assert (f"/staff/payments/{payment_id}/" in found) is (may is not None)
    for action, name in PATHS.items():
        path = f"/staff/payments/{payment_id}/{name}/"
        assert (path in page.content.decode()) is (action in (may or ()))
        expected = 404 if may is None else 200 if action in may else 302
        assert client.get(path).status_code == expected, path
        posted = client.post(path, {"note": "because"})
        assert posted.status_code == (404 if may is None else 422 if action in may else 302), path
    assert Payment.objects.get().state == "attention"


def test_the_work_list_and_home_count_only_what_is_theirs(world: World) -> None:
    pay_with_trouble(world, make_fee(11, 115, "RAS/PK"))
    for kind, slug, count in (("finance", "raasepori", 1), ("finance", "hanko", 0), ("operator", None, 1)):
        page = sign_in(hire(kind, slug)).get("/staff/")
        assert page.context["counts"]["needs_human"] == count


def test_a_payee_sees_a_payment_that_another_municipality_answers_for(world: World) -> None:
    payment_id = pay(world, make_fee(11, 115, "PRV/PK"), make_fee(12, 200, "SIP/PK"))
    world.work()
    owner = Payment.objects.get().municipality.slug
    assert owner == "porvoo"
    sipoo = access_of(hire("finance", "sipoo"))
    assert visible_payments(sipoo).filter(pk=payment_id).exists()
    assert actions_for(look_at(payment_id), sipoo) == {Action.REFUND}
    page = sign_in(hire("library_desk", "sipoo")).get(f"/staff/payments/{payment_id}/")
    # Its own books only.
    assert {row["account"] for row in page.context["books"]} == {
        "Owed by the payment service",
        "Paid, not yet in the library system",
        "Income 3100",
    }
    assert sum(abs(row["amount"].cents) for row in page.context["books"]) == 4 * 200


def test_titles_are_for_the_desk_that_handles_the_matter(world: World) -> None:
    title = "The Summer Book"
    item = SandboxItem(item_id=7, title=title, home_branch="PRV/PK", barcode="7")
    payment_id = pay_with_trouble(world, make_fee(11, 115, "PRV/PK", item_id=7), items=(item,))
    assert Payment.objects.get().lines.get().title == title
    path = f"/staff/payments/{payment_id}/"
    for kind, slug, sees in (
        ("library_desk", "porvoo", True),
        ("finance", "porvoo", False),
        ("coordinator", "porvoo", False),
        ("operator", None, False),
    ):
        client = sign_in(hire(kind, slug))
        assert (title in client.get(path).content.decode()) is sees, kind
        if kind == "finance":
            assert title not in client.get(f"{path}refund/").content.decode()


def test_views_and_refusals_are_audited(world: World) -> None:
    payment_id = pay_with_trouble(world, make_fee(11, 115, "RAS/PK"))
    subject = f"payment:{payment_id}"
    desk, stranger, operator = hire("library_desk", "raasepori"), hire("finance", "hanko"), hire("operator")
    sign_in(desk).get(f"/staff/payments/{payment_id}/")
    sign_in(stranger).get(f"/staff/payments/{payment_id}/")
    sign_in(operator).get(f"/staff/payments/{payment_id}/retry/")
    raasepori = Municipality.objects.get(slug="raasepori").pk
    assert list(
        AuditEntry.objects.filter(subject=subject).order_by("id").values_list("actor", "action", "municipality_id")
    ) == [
        (f"staff:{desk.pk}", "view payment", raasepori),
        (f"staff:{stranger.pk}", "view payment refused", raasepori),
        (f"staff:{operator.pk}", "view payment", raasepori),
        (f"staff:{operator.pk}", "retry refused", raasepori),
    ]


def test_a_payment_that_does_not_exist_looks_like_one_of_others(world: World) -> None:
    client = sign_in(hire("finance", "hanko"))
    assert client.get("/staff/payments/999/").status_code == 404
    assert AuditEntry.objects.filter(subject="payment:999", action="view payment refused").exists()


@pytest.mark.usefixtures("world")
def test_a_coordinator_of_another_service_sees_its_own_municipality_only() -> None:
    coordinator = hire("coordinator", "porvoo")
    members = set(Municipality.objects.values_list("pk", flat=True))
    assert load_access(employee=coordinator).sees == members
    porvoo = Municipality.objects.get(slug="porvoo").pk
    other = next(service for service in Cooperation.Service if service != Cooperation.Service.LIBRARY_PAYMENTS)
    assert load_access(employee=coordinator, service=other).sees == {porvoo}


@pytest.mark.usefixtures("world")
def test_django_flags_and_roles_without_a_municipality_give_nothing() -> None:
    admin = Employee.objects.create_superuser(username="root", email="r@example.fi", password="x", full_name="Root")
    Role.objects.create(employee=admin, kind="finance", municipality=None)
    # The role still counts for the second factor, and for nothing else.
    assert load_access(employee=admin) == Access(employee_id=admin.pk, kinds=frozenset({"finance"}))
    former = hire("operator")
    former.is_active = False
    former.save()
    assert load_access(employee=former) == Access(employee_id=former.pk)


def test_agents_and_preparers_see_no_payments(world: World) -> None:
    payment_id = pay_with_trouble(world, make_fee(11, 115, "RAS/PK"))
    for kind in ("agent", "preparer"):
        client = sign_in(hire(kind, "raasepori"))
        assert client.get(f"/staff/payments/{payment_id}/").status_code == 404
        home = client.get("/staff/").content.decode()
        assert "/staff/search/" not in home
