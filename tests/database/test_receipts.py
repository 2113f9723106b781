"""Receipts: right in every language, readable by machines, and without what the patron borrowed."""

import re
from io import BytesIO

import pikepdf
import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.world import World, make_fee, make_patron
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.notify.send import send_due_emails
from torget.payments.checkout.models import Payment
from torget.payments.receipts.build import ReceiptState, build_receipt
from torget.payments.receipts.pdf import receipt_pdf
from torget.payments.receipts.tasks import queue_due_receipts
from torget.payments.receipts.words import receipt_document
from torget.sandbox.population import SandboxItem

HOSTILE = "#panic() $x$ *bold* \U0001f4da كتاب <script> " + "å" * 200


def paid(world: World, *, email: str = "", title: str = "Pappan och havet") -> int:
    item = SandboxItem(item_id=7, title=title, home_branch="PRV/PK", barcode="b7")
    patron = make_patron(
        1, make_fee(11, 115, item_id=7), make_fee(12, 255, "SIP/PK"), make_fee(13, 125, "PRV/PK", "COPIES")
    )
    world.add(patron, items=(item,))
    (payment_id,) = world.start(patron, email=email).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.work()
    return payment_id


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_same_receipt_in_every_language(world: World, language: str) -> None:
    payment_id = paid(world)
    view = build_receipt(payment_id=payment_id, language=language, with_titles=True)
    assert view.total.cents == 495
    assert view.state is ReceiptState.REGISTERED
    assert [payee.subtotal.cents for payee in view.payees] == [240, 255]
    assert {(row.permille, row.vat.cents) for payee in view.payees for row in payee.vat} >= {(255, 25)}
    words = receipt_document(view)
    expected = {"sv": "Kvitto", "fi": "Kuitti", "en": "Receipt"}[language]
    assert words.heading == expected
    file = pikepdf.open(BytesIO(receipt_pdf(view)))
    assert str(file.Root.Lang).startswith(language)
    assert "/StructTreeRoot" in file.Root
    with file.open_metadata() as about:
        assert about["pdfuaid:part"] == "1"
        assert view.number in str(about["dc:title"])


def test_the_link_alone_shows_no_title(world: World) -> None:
    payment_id = paid(world)
    view = build_receipt(payment_id=payment_id, language="sv", with_titles=False)
    assert "Pappan" not in repr(view)
    assert "Pappan" in repr(build_receipt(payment_id=payment_id, language="sv", with_titles=True))


def test_the_same_receipt_is_the_same_file(world: World) -> None:
    view = build_receipt(payment_id=paid(world), language="fi", with_titles=True)
    assert receipt_pdf(view) == receipt_pdf(view)


def test_a_title_is_never_markup(world: World) -> None:
    view = build_receipt(payment_id=paid(world, title=HOSTILE), language="sv", with_titles=True)
    assert receipt_pdf(view).startswith(b"%PDF")


def test_as_many_queries_for_one_fee_as_for_three(world: World) -> None:
    payment_id = paid(world)
    with CaptureQueriesContext(connection) as queries:
        build_receipt(payment_id=payment_id, language="sv", with_titles=True)
    assert len(queries) <= 5


def test_the_receipt_goes_out_by_email_once(world: World) -> None:
    payment_id = paid(world, email="linnea@example.fi")
    token = Payment.objects.get(id=payment_id).receipt.token
    assert queue_due_receipts(world.now) == 1
    assert queue_due_receipts(world.now) == 0
    assert send_due_emails(world.now, 10) == 1
    assert send_due_emails(world.now, 10) == 0
    (message,) = mail.outbox
    assert message.to == ["linnea@example.fi"]
    assert token in message.body
    assert "Pappan" not in message.body
    assert not re.search(r"2638\d{10}", str(message.body))
    assert OutgoingEmail.objects.get().sent_at == world.now


def test_without_an_address_nothing_goes_out(world: World) -> None:
    paid(world)
    assert queue_due_receipts(world.now) == 0


def test_the_language_of_the_request_does_not_matter(world: World) -> None:
    payment_id = paid(world)
    with translation.override("fi"):
        words = receipt_document(build_receipt(payment_id=payment_id, language="sv", with_titles=False))
    assert words.heading == "Kvitto"
