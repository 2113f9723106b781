"""Receipts of payments that did not go straight: in part given back, never paid, or of many fees."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World, make_fee, make_patron
from torget.foundation.notify.models import OutgoingEmail
from torget.payments.checkout.models import Refund
from torget.payments.checkout.worker import work_once
from torget.payments.receipts.build import NoReceipt, ReceiptState, build_receipt
from torget.payments.receipts.by_email import queue_receipt_email


def pay(world: World, payment_id: int) -> None:
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)


def start(world: World, count: int, patron_id: int = 1, email: str = "") -> int:
    branches = ("PRV/PK", "SIP/PK")
    fees = [make_fee(patron_id * 100 + number, 100 + number, branches[number % 2]) for number in range(count)]
    patron = make_patron(patron_id, *fees)
    world.add(patron)
    return world.start(patron, email=email).payment_ids[0]


def test_what_went_back_is_told_as_it_goes(world: World) -> None:
    payment_id = start(world, 2)
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 0 WHERE account_line_id = 101")
    pay(world, payment_id)
    before = build_receipt(payment_id=payment_id, language="sv", with_titles=False)
    assert before.state is ReceiptState.BEING_REGISTERED
    work_once(world.clock)
    on_its_way = build_receipt(payment_id=payment_id, language="sv", with_titles=False)
    assert on_its_way.state is ReceiptState.BEING_REFUNDED
    assert not on_its_way.refunded
    assert [refund.paid_at for refund in on_its_way.refunds] == [None]
    world.work()
    after = build_receipt(payment_id=payment_id, language="sv", with_titles=False)
    assert after.state is ReceiptState.PARTLY_REFUNDED
    assert (after.total.cents, after.refunded.cents) == (201, 101)
    assert [refund.paid_at for refund in after.refunds] == [Refund.objects.get().finished_at]
    assert [line.refunded.cents for payee in after.payees for line in payee.lines] == [0, 101]


def test_unpaid_has_no_receipt(world: World) -> None:
    payment_id = start(world, 1, email="linnea@example.fi")
    for wanted in (payment_id, payment_id + 1000):
        with pytest.raises(NoReceipt):
            build_receipt(payment_id=wanted, language="sv", with_titles=False)
    with pytest.raises(NoReceipt):
        queue_receipt_email(payment_id=payment_id, now=world.now)
    assert not OutgoingEmail.objects.exists()


def test_the_queries_do_not_grow_with_the_fees(world: World) -> None:
    counts = []
    for patron_id, fees in ((1, 1), (2, 12)):
        payment_id = start(world, fees, patron_id)
        pay(world, payment_id)
        with CaptureQueriesContext(connection) as queries:
            view = build_receipt(payment_id=payment_id, language="fi", with_titles=True)
        assert sum(len(payee.lines) for payee in view.payees) == fees
        counts.append(len(queries))
    assert counts == [4, 4]


def test_several_payees_are_issued_by_the_cooperation(world: World) -> None:
    payment_id = start(world, 2)
    pay(world, payment_id)
    view = build_receipt(payment_id=payment_id, language="sv", with_titles=False)
    assert [payee.name for payee in view.payees] == sorted(payee.name for payee in view.payees)
    assert view.issuer not in [payee.name for payee in view.payees]
    assert all(payee.business_id and payee.contact_email for payee in view.payees)
