"""Providers that sign no amount, only reserve, or call about a whole account: to the end in the books."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from tests.database.staff import catch_up
from tests.other_providers import OtherProvider, other_provider
from tests.world import World, make_fee, make_patron
from torget.foundation.cooperations.models import Municipality
from torget.foundation.core.money import Money
from torget.payments.checkout.credentials import encrypt_credentials
from torget.payments.checkout.models import MerchantAccount, Payment, ProviderMessageRecord
from torget.payments.checkout.open_page import AmountTooSmall
from torget.payments.checkout.withdraw import withdraw_payment
from torget.payments.core.checkout import State
from torget.payments.receipts.build import build_receipt
from torget.payments.receipts.words import receipt_document
from torget.sandbox.mobilepay.vendor import VENDOR as MOBILEPAY
from torget.sandbox.providers.merchants import Merchant
from torget.sandbox.stripe.vendor import VENDOR as STRIPE
from torget.sandbox.visma_pay.vendor import VENDOR as VISMA_PAY

KEYS = {"client_id": "client-hanko", "subscription_key": "subscription-hanko", "webhook_secret": "webhook-hanko"}
WEBHOOK_PATH = "/provider/mobilepay/900001/callback/"


@pytest.fixture
def visma_pay(world: World) -> Iterator[OtherProvider]:
    merchant = Merchant(account="hangon-avain", secret="hangon-salaisuus", name="Hanko")
    with other_provider(world, "visma_pay", VISMA_PAY, merchant) as provider:
        yield provider


@pytest.fixture
def mobilepay(world: World) -> Iterator[OtherProvider]:
    more = {**KEYS, "webhook_url": f"http://127.0.0.1:8000{WEBHOOK_PATH}"}
    merchant = Merchant(account="900001", secret="hangon-salaisuus", name="Hanko", more=more)
    with other_provider(world, "mobilepay", MOBILEPAY, merchant, **KEYS) as provider:
        yield provider


@pytest.fixture
def stripe(world: World) -> Iterator[OtherProvider]:
    # The platform has one address, which names whichever of its accounts it was made for.
    more = {
        "webhook_secret": "whsec_hanko",
        "webhook_url": "http://127.0.0.1:8000/provider/stripe/acct_hanko/callback/",
    }
    merchant = Merchant(account="acct_hanko", secret="sk_test_hanko", name="Hanko", more=more)
    with other_provider(world, "stripe", STRIPE, merchant, webhook_secret="whsec_hanko") as provider:
        behind = timezone.now() - world.now
        # Its events are good for five minutes of the machine's time, by which our pages go.
        provider.sandbox.clock.advance(behind.total_seconds())
        yield provider


def start(provider: OtherProvider, cents: int = 300) -> int:
    patron = make_patron(1, make_fee(1, cents, "HAN/PK"))
    provider.world.add(patron)
    (payment_id,) = provider.world.start(patron, 1).payment_ids
    return payment_id


def state_of(provider: OtherProvider, payment_id: int) -> State:
    return provider.world.payment(payment_id).state


def events(payment_id: int) -> list[str]:
    return list(Payment.objects.get(pk=payment_id).events.order_by("id").values_list("event", flat=True))


def test_paid_without_an_amount_is_asked_about_first(visma_pay: OtherProvider) -> None:
    payment_id = start(visma_pay)
    visma_pay.at_provider(payment_id, "pay_and_close_browser")
    assert visma_pay.deliver_due() == [200]
    assert state_of(visma_pay, payment_id) is State.OPEN
    assert ProviderMessageRecord.objects.get().verdict == "no amount: asked"
    catch_up(visma_pay.world)
    visma_pay.world.work()
    assert state_of(visma_pay, payment_id) is State.REGISTERED
    assert visma_pay.world.credits() == [Money(300)]
    document = receipt_document(build_receipt(payment_id=payment_id, language="fi", with_titles=False))
    assert "Visma Pay" in [row.value for row in document.rows]


def test_another_amount_at_the_provider_is_not_taken_in(visma_pay: OtherProvider) -> None:
    payment_id = start(visma_pay)
    url = visma_pay.at_provider(payment_id, "pay")
    assert url is not None
    visma_pay.sandbox.store.change("UPDATE payment SET amount = 1")
    visma_pay.world.come_back(url)
    visma_pay.world.work()
    assert state_of(visma_pay, payment_id) is State.OPEN
    assert ProviderMessageRecord.objects.filter(verdict="another amount").exists()


def test_a_reservation_is_pending_until_the_worker_has_captured_it(mobilepay: OtherProvider) -> None:
    payment_id = start(mobilepay)
    mobilepay.at_provider(payment_id, "pay")
    assert mobilepay.deliver_due() == [200]
    assert state_of(mobilepay, payment_id) is State.PENDING
    catch_up(mobilepay.world)
    mobilepay.world.work()
    assert events(payment_id)[2:4] == ["provider_pending", "provider_paid"]
    assert state_of(mobilepay, payment_id) is State.REGISTERED
    # The webhook of the capture comes after we know; it is heard and changes nothing.
    mobilepay.world.wait(minutes=1)
    assert mobilepay.deliver_due() == [200]
    assert mobilepay.world.credits() == [Money(300)]


def test_a_lost_webhook_and_a_lost_answer_lose_nothing(mobilepay: OtherProvider) -> None:
    payment_id = start(mobilepay)
    mobilepay.at_provider(payment_id, "pay_unnoticed")
    mobilepay.world.wait(minutes=3)
    mobilepay.sandbox.knobs.turn(outage={"kind": "drop_after", "on": "modify", "count": 1})
    mobilepay.world.work()
    assert state_of(mobilepay, payment_id) is State.PENDING
    mobilepay.world.wait(minutes=30)
    mobilepay.world.work()
    assert state_of(mobilepay, payment_id) is State.REGISTERED


def test_the_return_tells_nothing_and_leaves_no_bad_message(mobilepay: OtherProvider) -> None:
    payment_id = start(mobilepay)
    url = mobilepay.at_provider(payment_id, "pay_with_callback_lost")
    assert url is not None
    mobilepay.world.come_back(url)
    assert state_of(mobilepay, payment_id) is State.OPEN
    assert not ProviderMessageRecord.objects.exists()


def test_who_agreed_in_the_app_cannot_give_the_payment_up(mobilepay: OtherProvider) -> None:
    payment_id = start(mobilepay)
    mobilepay.at_provider(payment_id, "pay_unnoticed")
    assert withdraw_payment(payment_id=payment_id, now=mobilepay.world.now) is State.PENDING
    mobilepay.world.work()
    assert state_of(mobilepay, payment_id) is State.REGISTERED


@pytest.mark.parametrize(("name", "code"), [("other_secret", 400), ("no_amount", 400), ("signed_other_amount", 200)])
def test_a_webhook_that_is_not_about_this_payment_changes_nothing(
    mobilepay: OtherProvider, name: str, code: int
) -> None:
    payment_id = start(mobilepay)
    mobilepay.at_provider(payment_id, "pay", hostile=[name])
    first, *_ = [mobilepay.deliver_due() for _ in range(2)]
    assert first[0] == code
    assert ProviderMessageRecord.objects.filter(verdict="another amount").exists() is (code == 200)
    if code == 400:
        # Head of line: the true one waits until the first was accepted.
        assert first == [400]
        assert state_of(mobilepay, payment_id) is State.OPEN


def test_calls_to_no_account_of_ours(mobilepay: OtherProvider) -> None:
    paths = (
        WEBHOOK_PATH,
        "/provider/mobilepay/1/callback/",
        "/provider/paytrail/375917/callback/",
        "/provider/x/1/callback/",
    )
    for path in paths:
        assert Client().post(path, b"{}", content_type="application/json").status_code == 400
    assert not ProviderMessageRecord.objects.exists()


def test_a_payment_of_nobody_is_heard(mobilepay: OtherProvider) -> None:
    payment_id = start(mobilepay)
    mobilepay.at_provider(payment_id, "pay", hostile=["signed_other_reference"])
    assert mobilepay.deliver_due() == [200]
    assert state_of(mobilepay, payment_id) is State.OPEN


def test_a_page_address_longer_than_most_is_kept_whole(stripe: OtherProvider) -> None:
    payment_id = start(stripe)
    stripe.world.open(payment_id)
    assert len(stripe.world.payment(payment_id).pay_url) > 500


def test_less_than_the_provider_takes_is_not_sent_there(stripe: OtherProvider) -> None:
    payment_id = start(stripe, cents=49)
    with pytest.raises(AmountTooSmall, match=r"0\.50"):
        stripe.world.open(payment_id)
    assert state_of(stripe, payment_id) is State.FAILED


def test_an_event_of_the_account_takes_a_payment_to_its_end(stripe: OtherProvider) -> None:
    payment_id = start(stripe)
    stripe.at_provider(payment_id, "pay_and_close_browser")
    assert stripe.deliver_due() == [200]
    catch_up(stripe.world)
    stripe.world.work()
    assert state_of(stripe, payment_id) is State.REGISTERED


def test_who_left_the_page_finds_it_open(stripe: OtherProvider) -> None:
    payment_id = start(stripe)
    url = stripe.at_provider(payment_id, "cancel")
    assert url is not None
    stripe.world.come_back(url)
    assert state_of(stripe, payment_id) is State.OPEN
    assert withdraw_payment(payment_id=payment_id, now=stripe.world.now) is State.FAILED


def test_an_address_of_another_account_of_the_platform_serves_too(stripe: OtherProvider) -> None:
    sealed = bytes(stripe.account.credentials)
    sipoo = Municipality.objects.get(slug="sipoo")
    MerchantAccount.objects.create(provider="stripe", account="acct_sipoo", credentials=sealed, municipality=sipoo)
    payment_id = start(stripe)
    stripe.at_provider(payment_id, "pay_and_close_browser")
    (told,) = stripe.sandbox.outbox.take_due()
    for account, secret, state in (
        ("acct_raasepori", "whsec_other", State.OPEN),
        ("acct_sipoo", "whsec_hanko", State.PAID),
    ):
        if account == "acct_raasepori":
            credentials = encrypt_credentials({"secret": "sk_other", "webhook_secret": secret})
            raasepori = Municipality.objects.get(slug="raasepori")
            MerchantAccount.objects.create(
                provider="stripe", account=account, credentials=credentials, municipality=raasepori, is_second=True
            )
        path = f"/provider/stripe/{account}/callback/"
        Client().post(path, told.body, content_type="application/json", headers=dict(told.headers))
        assert state_of(stripe, payment_id) is state
