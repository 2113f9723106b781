"""A provider that can be asked nothing and pays nothing back: what closes a payment then."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.database.settling import take_in
from tests.database.staff import access_of, catch_up, hire, press, seen_at, sign_in
from tests.other_providers import OtherProvider, other_provider
from tests.world import World, make_fee, make_patron
from torget.foundation.core.money import Money
from torget.payments.checkout.models import Payment, ProviderMessageRecord
from torget.payments.checkout.resolve import MayNotAct, look_at, mark_paid
from torget.payments.core.checkout import State
from torget.payments.core.resolving import Action, allowed_actions
from torget.payments.settlement.read_file import read_settlement_file
from torget.payments.settlement.reconcile import reconcile_account
from torget.sandbox.ceepos.vendor import VENDOR
from torget.sandbox.providers.merchants import Merchant

HANKO = Merchant(account="HANKO", secret="hangon-salaisuus", name="Hanko")
OLD_HANKO = Merchant(account="HANKO", secret="hangon-salaisuus", name="Hanko", more={"api_version": "2.1.2"})


@pytest.fixture
def ceepos(world: World) -> Iterator[OtherProvider]:
    with other_provider(world, "ceepos", VENDOR, HANKO) as provider:
        yield provider


def start(provider: OtherProvider) -> int:
    patron = make_patron(1, make_fee(1, 300, "HAN/PK"))
    provider.world.add(patron)
    (payment_id,) = provider.world.start(patron, 1).payment_ids
    return payment_id


def test_a_notification_takes_a_payment_to_its_end(ceepos: OtherProvider) -> None:
    payment_id = start(ceepos)
    ceepos.at_provider(payment_id, "pay", copies=3)
    ceepos.world.wait(minutes=5)
    assert ceepos.deliver_due() == [200, 200, 200]
    catch_up(ceepos.world)
    ceepos.world.work()
    payment = Payment.objects.get(pk=payment_id)
    assert (payment.state, payment.method) == (State.REGISTERED, "osuuspankki")
    assert ceepos.world.credits() == [Money(300)]


def test_the_browsers_return_alone_is_enough(ceepos: OtherProvider) -> None:
    payment_id = start(ceepos)
    url = ceepos.at_provider(payment_id, "pay_with_callback_lost")
    assert url is not None
    ceepos.world.come_back(url)
    ceepos.world.work()
    assert ceepos.world.payment(payment_id).state is State.REGISTERED


@pytest.mark.parametrize(
    "name", ["wrong_hash", "other_secret", "signed_other_amount", "signed_other_id", "missing_hash"]
)
def test_what_is_not_believed_is_answered_400_and_kept(ceepos: OtherProvider, name: str) -> None:
    payment_id = start(ceepos)
    ceepos.at_provider(payment_id, "pay", hostile=[name])
    assert ceepos.deliver_due() == [400, 200]
    verdicts = [row.verdict for row in ProviderMessageRecord.objects.order_by("id")]
    assert len(verdicts) == 2
    assert verdicts[1] == "applied"


def test_an_oversized_notification_is_not_read(ceepos: OtherProvider) -> None:
    payment = Payment.objects.get(pk=start(ceepos))
    body = b'{"a": "' + b"x" * 70_000 + b'"}'
    answer = Client().post(f"/payment/{payment.token}/callback/", body, content_type="application/json")
    assert answer.status_code == 400
    assert not ProviderMessageRecord.objects.exists()


def test_the_old_version_signs_no_amount_and_is_believed(world: World) -> None:
    with other_provider(world, "ceepos", VENDOR, OLD_HANKO, api_version="2.1.2") as old:
        payment_id = start(old)
        old.at_provider(payment_id, "pay_and_close_browser")
        assert old.deliver_due() == [200]
        catch_up(world)
        world.work()
        assert world.payment(payment_id).state is State.REGISTERED


def test_a_reversal_at_the_till_undoes_nothing(ceepos: OtherProvider) -> None:
    payment_id = start(ceepos)
    ceepos.at_provider(payment_id, "pay")
    ceepos.deliver_due()
    catch_up(ceepos.world)
    ceepos.world.work()
    ceepos.at_provider(payment_id, "reverse")
    assert ceepos.deliver_due() == [200]
    assert ceepos.world.payment(payment_id).state is State.REGISTERED


def lost(provider: OtherProvider) -> Payment:
    """Paid, and nobody was told; an hour later its fees are free again."""
    payment_id = start(provider)
    provider.at_provider(payment_id, "pay_unnoticed")
    provider.world.wait(minutes=61)
    provider.world.work()
    payment = Payment.objects.get(pk=payment_id)
    assert payment.state == State.EXPIRED
    return payment


@pytest.mark.parametrize(("cents", "state"), [(300, State.REGISTERED), (200, State.EXPIRED)])
def test_the_settlement_closes_what_no_message_told(
    ceepos: OtherProvider, settlement_folder: Path, cents: int, state: State
) -> None:
    payment = lost(ceepos)
    rows = f"Id;Reference;PaymentSum;Timestamp\n{payment.token};{payment.provider_reference};0,{cents}\n"
    rows = rows.replace(f"0,{cents}", f"{cents // 100},00;24.11.2026")
    file_id = take_in(rows.encode(), "hanko", format_name="ceepos-csv")
    read_settlement_file(file_id=file_id, clock=ceepos.world.clock)
    run = reconcile_account(account=ceepos.account, clock=ceepos.world.clock, started_by="test")
    ceepos.world.work()
    assert run.found_paid == (1 if state is State.REGISTERED else 0)
    assert ceepos.world.payment(payment.pk).state is state


def test_a_person_closes_it_by_what_they_saw(ceepos: OtherProvider) -> None:
    payment = lost(ceepos)
    desk = hire("library_desk", "hanko")
    at_work = sign_in(desk)
    page = at_work.get(f"/staff/payments/{payment.pk}/")
    assert f"/staff/payments/{payment.pk}/mark-paid/" in page.content.decode()
    assert press(at_work, payment.pk, "mark-paid", note="Kuitti 2234").status_code == 422
    assert press(at_work, payment.pk, "mark-paid", note="Kuitti 2234", looked="on").status_code == 200
    catch_up(ceepos.world)
    ceepos.world.work()
    assert ceepos.world.payment(payment.pk).state is State.REGISTERED
    event = payment.events.get(event="provider_paid")
    assert (event.actor, event.detail) == (access_of(desk).actor, {"note": "Kuitti 2234"})


def test_only_where_the_provider_cannot_be_asked(world: World) -> None:
    patron = make_patron(1, make_fee(1, 300))
    world.add(patron)
    (payment_id,) = world.start(patron, 1).payment_ids
    world.open(payment_id)
    assert allowed_actions(look_at(payment_id).standing) == frozenset()


def test_money_goes_back_by_another_way(ceepos: OtherProvider) -> None:
    payment_id = start(ceepos)
    ceepos.at_provider(payment_id, "pay")
    ceepos.deliver_due()
    catch_up(ceepos.world)
    ceepos.world.work()
    assert allowed_actions(look_at(payment_id).standing) == {Action.MARK_REFUNDED}


def test_somebody_else_may_not(ceepos: OtherProvider) -> None:
    payment = lost(ceepos)
    stranger = access_of(hire("library_desk", "sipoo"))
    with pytest.raises(MayNotAct):
        mark_paid(payment_id=payment.pk, seen_at=seen_at(payment.pk), access=stranger, note="x", at=ceepos.world.now)
