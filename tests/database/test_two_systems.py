"""Two library systems in one consortium: cards in both are paid in one checkout, and each is told of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from django.conf import settings
from django.test import Client, override_settings

from tests.libraries import MikromarcSide
from tests.network import LIBRARY
from tests.world import World, make_fee, make_patron, running_world
from torget.foundation.cooperations.models import Cooperation
from torget.payments.checkout.models import Checkout, Payment
from torget.payments.fees.library_systems import library_system
from torget.payments.fees.models import FeeType, PayeeRule
from torget.sandbox.koha import Fault as KohaFault
from torget.sandbox.population import SandboxPatron

OTHER = "kirkes"
NAMES = {"sv": "Kirkesbiblioteken", "fi": "Kirkes-kirjastot", "en": "Kirkes libraries"}


@dataclass
class Two:
    world: World
    other: MikromarcSide
    here: SandboxPatron
    there: SandboxPatron
    client: Client

    def sign_in(self) -> None:
        card = {"card_number": self.here.card_number, "pin": self.here.pin, "system": LIBRARY}
        assert self.client.post("/", card).status_code == 302

    def add(self, pin: str = "1234", system: str = OTHER) -> int:
        card = {"card_number": self.there.card_number, "pin": pin, "system": system}
        return self.client.post("/cards/", card).status_code

    def page(self, path: str = "/fees/") -> str:
        return self.client.get(path).content.decode()

    def pay(self) -> list[Payment]:
        chosen = self.client.get("/fees/check/", {"fee": list(self.named())}).context["chosen"]
        self.client.post("/fees/pay/", {"chosen": chosen, "email": ""})
        return list(Payment.objects.order_by("position"))

    def named(self) -> list[str]:
        groups = self.client.get("/fees/").context["groups"]
        return [line.id for group in groups for line in group.lines if line.is_payable]


@pytest.fixture
def two(committed_db: None) -> Iterator[Two]:
    side = MikromarcSide()
    with running_world() as world, side.serve() as other:
        systems = {**settings.LIBRARY_SYSTEMS, OTHER: other}
        with override_settings(LIBRARY_SYSTEMS=systems):
            library_system.cache_clear()
            Cooperation.objects.update(further_library_systems={OTHER: NAMES})
            for fee_type in FeeType.objects.filter(code__in=["OVERDUE", "LOST"]):
                FeeType.objects.create(
                    **{
                        field.name: getattr(fee_type, field.name)
                        for field in FeeType._meta.fields
                        if field.name not in ("id", "library_system")
                    },
                    library_system=OTHER,
                )
            PayeeRule.objects.create(library_system=OTHER, sources=["fee_branch"])
            here = make_patron(1, make_fee(11, 115), make_fee(12, 255, "SIP/PK"))
            # The same number in both systems is two patrons.
            there = replace(make_patron(1, make_fee(11, 435), make_fee(13, 500, "nowhere")), given_name="Asta")
            world.add(here)
            side.add([there], ())
            yield Two(world, side, here, there, Client(headers={"accept-language": "en"}))
    library_system.cache_clear()


def _told(two: Two) -> tuple[list[int], list[tuple[int, int]]]:
    there = two.other.sandbox.books.rows("select fee_id, cents from payments")
    return sorted(money.cents for money in two.world.credits()), [(row["fee_id"], row["cents"]) for row in there]


def test_the_sign_in_asks_from_which_library_the_card_is(two: Two) -> None:
    page = two.page("/")
    assert "Kirkes libraries" in page
    assert "Which library is the card from?" in page
    card = {"card_number": two.there.card_number, "pin": two.there.pin, "system": OTHER}
    assert two.client.post("/", card).status_code == 302
    assert [group.name for group in two.client.get("/fees/").context["groups"]] == ["Porvoo", "Payee not known"]


def test_fees_of_both_cards_are_paid_in_one_checkout_and_each_system_is_told_of_its_own(two: Two) -> None:
    two.sign_in()
    assert two.add(pin="0000") == 422
    assert two.add() == 302
    page = two.page()
    assert "Kirkes libraries •••• 0001" in page
    assert "The fee is from a branch that this service does not know yet" in page
    payments = two.pay()
    assert Checkout.objects.count() == 1
    (payment,) = payments
    lines = payment.lines.order_by("position").values_list("library_system", "amount_cents")
    assert list(lines) == [(LIBRARY, 115), (LIBRARY, 255), (OTHER, 435)]
    url = two.world.at_provider(payment.pk, "pay")
    assert url is not None
    two.world.come_back(url)
    two.world.work()
    assert {one.state for one in Payment.objects.all()} == {"registered"}
    assert _told(two) == ([370], [(11, 435)])
    assert len(two.client.get("/history/").context["rows"]) == 1


def test_a_part_of_the_fees_of_one_card_alone_can_be_paid(two: Two) -> None:
    two.sign_in()
    two.add()
    answer = two.client.get("/fees/check/", {"fee": ["card2~11"]})
    assert answer.context["chosen"] == ["card2~11|435"]
    two.client.post("/fees/pay/", {"chosen": ["card2~11|435"], "email": ""})
    (payment,) = Payment.objects.all()
    assert (payment.library_system, payment.lines.get().fee_reference) == (OTHER, "11")


def test_what_is_of_no_card_here_cannot_be_paid(two: Two) -> None:
    two.sign_in()
    two.client.post("/fees/pay/", {"chosen": ["card2~11|435"], "email": ""})
    two.add()
    two.client.post("/fees/pay/", {"chosen": ["11|435"], "email": ""})
    assert not Payment.objects.exists()


def test_one_system_that_is_down_does_not_hide_the_other(two: Two) -> None:
    two.sign_in()
    two.add()
    two.world.koha.faults.fail_by_chance(KohaFault.MAINTENANCE, probability=1, seed=1)
    page = two.page()
    assert "does not answer just now, so its fees are not shown" in page
    assert two.named() == ["card2~11"]
    two.other.sandbox.faults.fail_by_chance(KohaFault.ERROR_BEFORE, probability=1, seed=1)
    assert two.client.get("/fees/").status_code == 503


def test_cards_are_shown_and_taken_away_and_go_with_the_sign_out(two: Two) -> None:
    two.sign_in()
    two.add()
    assert two.add() == 302
    assert len(two.client.get("/cards/").context["cards"]) == 2
    two.client.post("/cards/2/remove/")
    assert len(two.client.get("/cards/").context["cards"]) == 1
    two.client.post("/cards/1/remove/")
    assert len(two.client.get("/cards/").context["cards"]) == 1
    two.add()
    two.client.post("/sign-out/")
    assert two.client.get("/cards/").status_code == 302


def test_the_same_fee_number_in_two_systems_is_held_apart(two: Two) -> None:
    two.sign_in()
    two.add()
    two.pay()
    assert two.named() == []
    assert "Payment under way" in two.page()
