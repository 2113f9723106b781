"""A guardian pays for the children's cards: whose they are, what is shown of them, and what ends it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.database.staff import hire, sign_in
from tests.network import LIBRARY
from tests.world import World, make_fee, make_patron, running_world
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.person import Person
from torget.foundation.people.models import Patron
from torget.payments.checkout.models import Checkout, Payment
from torget.payments.fees.library_systems import library_system
from torget.payments.guardians import person, retention
from torget.payments.guardians.models import GuardianLink
from torget.sandbox.koha import Fault
from torget.sandbox.population import SandboxItem, SandboxPatron

ITEM = SandboxItem(item_id=1, title="Sommarboken", home_branch="PRV/PK", barcode="1")


def years_ago(years: int) -> date:
    return date.today() - timedelta(days=365 * years + 60)  # noqa: DTZ011 - a birthday, some weeks ago


@dataclass
class Family:
    world: World
    guardian: SandboxPatron
    elder: SandboxPatron
    younger: SandboxPatron

    def client(self, patron: SandboxPatron | None = None) -> Client:
        signed_in = Client(headers={"accept-language": "en"})
        who = patron or self.guardian
        card = {"card_number": who.card_number, "pin": who.pin, "system": LIBRARY}
        assert signed_in.post("/", card).status_code == 302
        return signed_in

    def change(self, child: SandboxPatron, **values: Any) -> SandboxPatron:
        changed = replace(child, **values)
        self.world.add(changed)
        return changed


@pytest.fixture
def family(committed_db: None) -> Iterator[Family]:
    with running_world() as world:
        Municipality.objects.update(guardian_age_limit=15)
        guardian = make_patron(1, make_fee(11, 240), given_name="Katja")
        child: dict[str, Any] = {"category": "LAPSI", "is_child": True, "guarantor_ids": (1,)}
        due: dict[str, Any] = {"item_id": 1, "due_date": date(2026, 10, 1), "returned_on": date(2026, 10, 9)}
        elder = make_patron(
            2, make_fee(21, 120, **due), make_fee(22, 150, "SIP/PK"), given_name="Eetu", born_on=years_ago(10), **child
        )
        younger = make_patron(
            3, make_fee(31, 60), given_name="Pihla", home_branch="SIP/PK", born_on=years_ago(7), **child
        )
        world.add(guardian, elder, younger, items=(ITEM,))
        yield Family(world, guardian, elder, younger)


def payable(client: Client) -> list[str]:
    groups = client.get("/fees/").context["groups"]
    return [line.id for group in groups for line in group.lines if line.is_payable]


def shown(client: Client) -> set[str]:
    """The names of the cards on the page."""
    return {group.name.rpartition(" · ")[2] for group in client.get("/fees/").context["groups"]}


def pay(client: Client, fees: list[str] | None = None) -> list[Payment]:
    chosen = client.get("/fees/check/", {"fee": fees or payable(client)}).context["chosen"]
    assert client.post("/fees/pay/", {"chosen": chosen, "email": ""}).status_code == 303
    return list(Payment.objects.order_by("pk"))


def settle(world: World, payments: list[Payment]) -> None:
    for payment in payments:
        url = world.at_provider(payment.pk, "pay")
        assert url is not None
        world.come_back(url)
    world.work()


def test_the_guardian_sees_own_and_childrens_fees_and_no_title_of_the_childrens(family: Family) -> None:
    client = family.client()
    page = client.get("/fees/").content.decode()
    assert len(payable(client)) == 4
    assert {"Eetu •••• 0002", "Pihla •••• 0003"} < shown(client)
    assert "Sommarboken" not in page
    assert "01.10.2026" not in page
    assert "Övre" not in "".join(shown(client))
    assert "Sommarboken" in family.client(family.elder).get("/fees/").content.decode()
    looks = AuditEntry.objects.filter(action="read a child's fees")
    assert set(looks.values_list("subject", flat=True)) == {"patron:helle:2", "patron:helle:3"}
    assert looks.filter(actor=f"patron:{Patron.objects.get(reference='1').pk}").count() == looks.count() > 0


def test_all_fees_are_paid_in_one_checkout_and_registered_on_their_own_cards(family: Family) -> None:
    client = family.client()
    payments = pay(client)
    assert Checkout.objects.count() == 1
    assert [one.amount_cents for one in payments] == [570]
    settle(family.world, payments)
    assert [one.state for one in Payment.objects.all()] == ["registered"]
    assert [family.world.outstanding(patron_id).cents for patron_id in (1, 2, 3)] == [0, 0, 0]
    booked = family.world.koha.store.rows(
        "SELECT patron_id, -sum(amount) / 10000 AS cents FROM account_lines WHERE credit_type IS NOT NULL GROUP BY 1"
    )
    assert {row["patron_id"]: row["cents"] for row in booked} == {1: 240, 2: 270, 3: 60}
    assert "Sommarboken" not in " ".join(line.title for one in payments for line in one.lines.all())
    receipt = client.get(f"/receipt/{payments[0].receipt.token}/").content.decode()
    assert all(
        f"•••• {patron.card_number[-4:]}" in receipt for patron in (family.guardian, family.elder, family.younger)
    )


def test_where_the_municipality_does_not_offer_it_nothing_of_a_child_is_shown(family: Family) -> None:
    Municipality.objects.filter(slug="sipoo").update(guardian_age_limit=0)
    assert "Pihla •••• 0003" not in shown(family.client())
    Municipality.objects.update(guardian_age_limit=0)
    client = family.client()
    assert payable(client) == ["11"]
    assert client.get("/children/").status_code == 404
    asked = family.world.koha.store.rows("SELECT path FROM requests WHERE path LIKE '%kohasuomi%'")
    client.get("/fees/")
    assert asked == family.world.koha.store.rows("SELECT path FROM requests WHERE path LIKE '%kohasuomi%'")


@pytest.mark.parametrize(
    ("age", "limit", "agrees", "is_shown"),
    [(14, 15, False, True), (15, 15, True, False), (15, 18, False, False), (15, 18, True, True), (18, 18, True, False)],
)
def test_age_and_the_young_persons_own_word_decide(
    family: Family, age: int, limit: int, agrees: bool, is_shown: bool
) -> None:
    Municipality.objects.update(guardian_age_limit=limit)
    family.change(family.elder, born_on=years_ago(age), shows_fees_to_guarantors=agrees)
    assert ("Eetu •••• 0002" in shown(family.client())) is is_shown


def test_a_link_that_ends_before_the_payment_begins_stops_it(family: Family) -> None:
    client = family.client()
    chosen = client.get("/fees/check/", {"fee": payable(client)}).context["chosen"]
    family.change(family.elder, guarantor_ids=())
    assert client.post("/fees/pay/", {"chosen": chosen, "email": ""}).headers["Location"] == "/fees/"
    assert "Your fees have changed" in client.get("/fees/").content.decode()
    assert not Payment.objects.exists()


def test_a_link_that_ends_while_the_money_is_on_its_way_loses_nothing(family: Family) -> None:
    payments = pay(family.client())
    family.change(family.elder, guarantor_ids=())
    settle(family.world, payments)
    assert {one.state for one in Payment.objects.all()} == {"registered"}


def test_two_guardians_cannot_pay_the_same_fee_and_see_nothing_of_one_another(family: Family) -> None:
    other = make_patron(4, given_name="Olli")
    family.world.add(other)
    family.change(family.elder, guarantor_ids=(1, 4))
    client, second = family.client(), family.client(other)
    before = second.get("/fees/check/", {"fee": payable(second)}).context["chosen"]
    assert len(before) == 2
    pay(client)
    assert payable(second) == []
    page = second.get("/fees/").content.decode()
    assert "Somebody else has started to pay this fee" in page
    assert Checkout.objects.get().token not in page
    second.post("/fees/pay/", {"chosen": before, "email": ""})
    assert Checkout.objects.count() == 1
    child = family.client(family.elder).get("/fees/").content.decode()
    assert "Somebody else has started to pay this fee" in child
    assert Checkout.objects.get().token not in child


def test_a_card_is_linked_with_its_pin_and_the_link_is_ended(family: Family) -> None:
    family.world.koha.settings.has_plugin = False
    library_system.cache_clear()
    client = family.client()
    assert shown(client) == {"Porvoo"}
    card = {"card_number": family.elder.card_number, "pin": "0000", "system": LIBRARY}
    assert client.post("/children/", card).status_code == 422
    assert client.post("/children/", {**card, "pin": family.elder.pin}).status_code == 302
    assert "Eetu •••• 0002" in shown(client)
    assert (
        "You have linked this card already"
        in client.post("/children/", {**card, "pin": family.elder.pin}).content.decode()
    )
    link = GuardianLink.objects.get()
    assert link.ends_on.year - years_ago(10).year == 15
    stranger = family.client(family.younger)
    assert stranger.post(f"/children/{link.pk}/end/").status_code == 404
    assert client.post(f"/children/{link.pk}/end/").status_code == 302
    assert shown(client) == {"Porvoo"}
    actions = AuditEntry.objects.filter(subject=f"guardian-link:{link.pk}").order_by("pk")
    assert [one.action for one in actions] == ["link child's card", "end link to child's card"]


def test_who_is_no_child_cannot_be_linked(family: Family) -> None:
    grown = make_patron(5, given_name="Aino", born_on=years_ago(30))
    family.world.add(grown)
    client = family.client()
    for patron in (grown, family.guardian):
        card = {"card_number": patron.card_number, "pin": patron.pin, "system": LIBRARY}
        assert "This card cannot be linked" in client.post("/children/", card).content.decode()
    assert not GuardianLink.objects.exists()


def test_a_link_ends_on_its_birthday_and_is_removed_later(family: Family) -> None:
    client = family.client()
    family.change(family.elder, guarantor_ids=())
    card = {"card_number": family.elder.card_number, "pin": family.elder.pin, "system": LIBRARY}
    client.post("/children/", card)
    GuardianLink.objects.update(ends_on=timezone.localdate())
    assert "Eetu •••• 0002" not in shown(client)
    assert client.post("/children/", card).status_code == 302
    assert GuardianLink.objects.count() == 1
    whose = Person(library_system=LIBRARY, reference="2", emails=frozenset())
    assert len(person.sections(whose)[0].rows) == 1
    assert person.erase(whose, timezone.now()) == {"guardian_links": 1}
    assert [act.rule for act in retention.ACTS] == ["guardian_links"]


def test_a_library_that_does_not_tell_of_children_hides_nothing_else(family: Family) -> None:
    client = family.client()
    family.world.koha.faults.fail_by_chance(Fault.ERROR_BEFORE, probability=1, seed=1, path_contains="kohasuomi")
    assert payable(client) == ["11"]
    assert "did not tell in time about all the children" in client.get("/fees/").content.decode()


def test_a_guardian_with_two_cards_sees_each_child_once(family: Family) -> None:
    second = make_patron(6, make_fee(61, 30), given_name="Katja")
    family.world.add(second)
    family.change(family.elder, guarantor_ids=(1, 6))
    client = family.client()
    card = {"card_number": second.card_number, "pin": second.pin, "system": LIBRARY}
    assert client.post("/cards/", card).status_code == 302
    assert len(payable(client)) == len(set(payable(client))) == 5


def test_a_desk_finds_the_links_of_its_own_children_and_ends_them(family: Family) -> None:
    family.change(family.younger, guarantor_ids=())
    child = {"card_number": family.younger.card_number, "pin": family.younger.pin, "system": LIBRARY}
    assert family.client().post("/children/", child).status_code == 302
    link = GuardianLink.objects.get()
    card, page = {"card": family.younger.card_number}, "/staff/guardians/"
    elsewhere, desk = (sign_in(hire("library_desk", slug)) for slug in ("porvoo", "sipoo"))
    assert elsewhere.post(page, card).context["rows"] == []
    assert elsewhere.post(f"{page}{link.pk}/end/").status_code == 404
    assert desk.post(page, card).context["rows"] == [link]
    assert desk.post(page, {"card": "1"}).context["rows"] == []
    assert desk.post(f"{page}{link.pk}/end/").status_code == 302
    link.refresh_from_db()
    assert link.ended_at is not None
    assert AuditEntry.objects.filter(action="end link to child's card", actor__startswith="staff:").count() == 1
