"""A second provider, and a provider that is switched while payments are open: nothing moves and nothing is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from tests.database.staff import browser, catch_up
from tests.other_providers import OtherProvider, other_provider
from tests.world import World, make_fee, make_patron
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.credentials import encrypt_credentials
from torget.payments.checkout.models import Checkout, MerchantAccount, Payment
from torget.payments.core.checkout import State
from torget.payments.settlement.fetch import fetchable_accounts
from torget.sandbox.ceepos.vendor import VENDOR
from torget.sandbox.population import SandboxPatron
from torget.sandbox.providers.merchants import Merchant

HANKO = Merchant(account="HANKO", secret="hangon-salaisuus", name="Hanko")


@pytest.fixture
def ceepos(world: World) -> Iterator[OtherProvider]:
    with other_provider(world, "ceepos", VENDOR, HANKO) as provider:
        yield provider


def give_paytrail(world: World, **more: Any) -> MerchantAccount:
    """Hanko's account with the provider that everybody else has."""
    return MerchantAccount.objects.create(
        provider="paytrail",
        account="700001",
        credentials=encrypt_credentials({"secret": "keksitty-salaisuus-1"}),
        municipality=Municipality.objects.get(slug="hanko"),
        **more,
    )


def sign_in(world: World, *fees: int) -> tuple[Client, SandboxPatron]:
    patron = make_patron(1, *(make_fee(fee, 300 * fee, "HAN/PK") for fee in fees), make_fee(9, 120, "PRV/PK"))
    world.add(patron)
    client = browser()
    answer = client.post("/", {"card_number": patron.card_number, "pin": patron.pin})
    assert answer.status_code == 302, answer.content.decode()
    return client, patron


def pay(client: Client, *chosen: str) -> Any:
    return client.post("/fees/pay/", {"chosen": list(chosen), "email": ""})


def down(provider: OtherProvider, count: int = 1) -> None:
    provider.sandbox.knobs.turn(outage={"kind": "error_503", "count": count})


def test_who_gets_no_page_is_offered_the_second_provider(ceepos: OtherProvider) -> None:
    world = ceepos.world
    second = give_paytrail(world, is_second=True)
    client, _ = sign_in(world, 1)
    down(ceepos)
    answer = pay(client, "1|300")
    page = client.get(answer.headers["Location"])
    offer = f"{answer.headers['Location']}other-service/"
    assert offer in page.content.decode()
    assert "127.0.0.1" in page.headers["Content-Security-Policy"].split("form-action")[1]
    answer = client.post(offer)
    first, again = Payment.objects.order_by("id")
    assert (first.state, first.merchant_account_id, first.pay_url) == (State.FAILED, ceepos.account.pk, "")
    assert (again.state, again.merchant_account_id) == (State.OPEN, second.pk)
    assert "torget_pages_refused 1.0" in Client().get("/metrics/").content.decode()
    assert answer.status_code == 303
    assert answer.headers["Location"] == again.pay_url
    assert again.token != first.token
    world.come_back(world.at_provider(again.pk, "pay") or "")
    catch_up(world)
    world.work()
    assert world.payment(again.pk).state is State.REGISTERED
    # Whoever presses again, in another window, pays nothing twice.
    assert client.post(offer).status_code == 302
    assert Payment.objects.count() == 2


def test_only_the_payment_without_a_page_goes_another_way(ceepos: OtherProvider) -> None:
    world = ceepos.world
    give_paytrail(world, is_second=True)
    client, _ = sign_in(world, 1)
    down(ceepos)
    pay(client, "1|300", "9|120")
    (token,) = Checkout.objects.values_list("token", flat=True)
    client.post(f"/checkout/{token}/other-service/")
    states = [(one.merchant_account.provider, one.amount_cents, one.state) for one in Payment.objects.order_by("id")]
    assert states == [("ceepos", 300, "failed"), ("paytrail", 120, "created"), ("paytrail", 300, "open")]


def test_without_a_second_provider_nothing_is_offered(ceepos: OtherProvider) -> None:
    client, _ = sign_in(ceepos.world, 1)
    down(ceepos)
    answer = pay(client, "1|300")
    assert b"other-service" not in client.get(answer.headers["Location"]).content
    assert client.post(f"{answer.url}other-service/").headers["Location"] == answer.headers["Location"]


def test_a_second_that_gives_no_page_either_is_not_offered_again(ceepos: OtherProvider) -> None:
    world = ceepos.world
    give_paytrail(world, is_second=True)
    client, _ = sign_in(world, 1)
    down(ceepos)
    answer = pay(client, "1|300")
    world.paytrail.knobs.turn(outage={"kind": "error_503"})
    answer = client.post(f"{answer.headers['Location']}other-service/")
    assert b"other-service" not in client.get(answer.headers["Location"]).content


def test_a_payment_with_a_page_is_not_offered_another_way(ceepos: OtherProvider) -> None:
    world = ceepos.world
    give_paytrail(world, is_second=True)
    client, _ = sign_in(world, 1)
    pay(client, "1|300")
    payment = Payment.objects.get()
    world.come_back(ceepos.at_provider(payment.pk, "cancel") or "")
    (token,) = Checkout.objects.values_list("token", flat=True)
    assert b"other-service" not in client.get(f"/checkout/{token}/").content


def test_somebody_elses_checkout_is_not_found(ceepos: OtherProvider) -> None:
    world = ceepos.world
    give_paytrail(world, is_second=True)
    client, _ = sign_in(world, 1)
    down(ceepos)
    answer = pay(client, "1|300")
    other = make_patron(2, make_fee(7, 100, "HAN/PK"))
    world.add(other)
    stranger = browser()
    stranger.post("/", {"card_number": other.card_number, "pin": other.pin})
    assert stranger.post(f"{answer.headers['Location']}other-service/").status_code == 404
    assert browser().post(f"{answer.url}other-service/").headers["Location"].startswith("/?next=")


def test_fees_that_changed_meanwhile_are_shown_again(ceepos: OtherProvider) -> None:
    world = ceepos.world
    give_paytrail(world, is_second=True)
    client, patron = sign_in(world, 1)
    down(ceepos)
    answer = pay(client, "1|300")
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 0 WHERE patron_id = ?", (patron.patron_id,))
    assert client.post(f"{answer.url}other-service/").headers["Location"] == "/fees/"
    assert Payment.objects.count() == 1


def test_a_payment_stays_with_its_account(ceepos: OtherProvider) -> None:
    other = give_paytrail(ceepos.world, is_second=True)
    client, _ = sign_in(ceepos.world, 1)
    pay(client, "1|300")
    with pytest.raises(IntegrityError, match="stays with its merchant account"):
        Payment.objects.update(merchant_account=other)


def test_one_first_and_one_second_account(ceepos: OtherProvider) -> None:
    with pytest.raises(IntegrityError, match="one_active_account_of_each_rank"):
        give_paytrail(ceepos.world)


@pytest.mark.parametrize("outcome", ["pay_unnoticed", "pay_and_close_browser", "cancel"])
def test_a_provider_is_switched_while_payments_are_open(ceepos: OtherProvider, outcome: str) -> None:
    """Ceepos goes, Paytrail comes: who stands on a page pays there, who comes next pays here."""
    world = ceepos.world
    patron = make_patron(1, make_fee(1, 300, "HAN/PK"), make_fee(2, 450, "HAN/PK"))
    world.add(patron)
    (old,) = world.start(patron, 1).payment_ids
    world.open(old)
    MerchantAccount.objects.filter(pk=ceepos.account.pk).update(is_active=False)
    give_paytrail(world)
    (new,) = world.start(patron, 2).payment_ids
    assert world.payment(new).account.provider == "paytrail"
    assert ceepos.at_provider(old, outcome) is None or outcome == "cancel"
    ceepos.deliver_due()
    catch_up(world)
    world.work()
    expected = {"pay_unnoticed": State.EXPIRED, "pay_and_close_browser": State.REGISTERED, "cancel": State.FAILED}
    assert world.payment(old).state is expected[outcome]
    assert world.payment(old).account.id == ceepos.account.pk


def test_an_account_that_was_switched_off_is_settled_to_its_end(world: World) -> None:
    patron = make_patron(1, make_fee(1, 300, "RAS/PK"))
    world.add(patron)
    world.start(patron, 1)
    MerchantAccount.objects.filter(municipality__slug="raasepori").update(is_active=False)
    assert "375917" in {one.account for one in fetchable_accounts(world.clock)}
    world.wait(days=61)
    assert "375917" not in {one.account for one in fetchable_accounts(world.clock)}
