"""What the patron gets of a refund: the credit note, the receipt, the history and the e-mail."""

from io import BytesIO

import pikepdf
import pytest
from django.core import mail

from tests.database.staff import access_of, browser, hire, pay, seen_at, settle
from tests.world import World, make_fee
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.notify.send import send_due_emails
from torget.payments.checkout.models import Receipt, Refund
from torget.payments.checkout.refund import refund_payment
from torget.payments.core.refunding import RefundCategory, RefundWish
from torget.payments.receipts.build import NoReceipt, build_receipt
from torget.payments.receipts.credit_note import build_credit_note
from torget.payments.receipts.pdf import document_pdf
from torget.payments.receipts.refund_email import queue_due_refund_emails
from torget.payments.receipts.words import receipt_document


def refunded(world: World, *, email: str = "patron@example.fi", method: str = "") -> int:
    """Two fees of Porvoo, one with VAT, and one of Sipoo; a third of the copies and all of Sipoo's went back."""
    payment_id = pay(
        world,
        make_fee(11, 115),
        make_fee(12, 100, "PRV/PK", "COPIES"),
        make_fee(13, 255, "SIP/PK"),
        email=email,
        method=method,
    )
    world.work()
    give_back(world, payment_id, {2: 33, 3: 255})
    return payment_id


def give_back(world: World, payment_id: int, cents: dict[int, int]) -> None:
    number = Refund.objects.count()
    refund_payment(
        payment_id=payment_id,
        seen_at=seen_at(payment_id),
        access=access_of(hire(("library_desk", "finance", "finance")[number], ("porvoo", "porvoo", "sipoo")[number])),
        wish=RefundWish(cents=cents, category=RefundCategory.GOODWILL, reason="x"),
        at=world.now,
    )
    settle(world)


@pytest.mark.parametrize(("language", "heading"), [("sv", "Kreditnota"), ("fi", "Hyvityslasku"), ("en", "Credit note")])
def test_a_credit_note_names_what_it_amends(world: World, language: str, heading: str) -> None:
    payment_id = refunded(world)
    note = build_credit_note(payment_id=payment_id, number=1, language=language, with_titles=False)
    receipt = build_receipt(payment_id=payment_id, language=language, with_titles=False)
    words = note.document
    assert words.heading == heading
    assert note.number.endswith("-1")
    number = note.number.removesuffix("-1")
    assert any(number in row.value and "24.11.2026" in row.value for row in words.rows)
    assert number.replace("\u00a0", "") == receipt.number
    assert [payee.name for payee in words.payees] == sorted(payee.name for payee in words.payees)
    assert "2" in words.total
    assert words.total.startswith("\u2212")
    with pikepdf.open(BytesIO(document_pdf(note.document, note.issued_at))) as file:
        assert str(file.Root.Lang).startswith(language)
        with file.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert heading in str(about["dc:title"])


def test_the_vat_of_all_credit_notes_is_that_of_the_line(world: World) -> None:
    payment_id = refunded(world)
    give_back(world, payment_id, {2: 33})
    vat = []
    for number in (1, 2):
        note = build_credit_note(payment_id=payment_id, number=number, language="en", with_titles=False)
        table = next(payee.vat for payee in note.document.payees if payee.vat)
        vat.append(next(row.vat for row in table.rows if row.rate == "25.5%"))
    assert vat == ["\u2212€0.07", "\u2212€0.06"]


def test_there_is_none_before_the_money_has_gone(world: World) -> None:
    world.paytrail.knobs.turn(refund="pending_fail")
    payment_id = refunded(world)
    with pytest.raises(NoReceipt):
        build_credit_note(payment_id=payment_id, number=1, language="en", with_titles=False)
    token = Receipt.objects.get().token
    assert browser().get(f"/receipt/{token}/credit-note/1/").status_code == 404
    assert browser().get(f"/receipt/{token}/credit-note/0/pdf/").status_code == 404


def test_receipt_and_credit_note_in_the_browser(world: World) -> None:
    payment_id = refunded(world)
    token = Receipt.objects.get().token
    client = browser()
    page = client.get(f"/receipt/{token}/").content.decode()
    assert f"/receipt/{token}/credit-note/1/" in page
    note = client.get(f"/receipt/{token}/credit-note/1/")
    assert note.headers["Cache-Control"] == "no-store"
    pdf = client.get(f"/receipt/{token}/credit-note/1/pdf/")
    assert pdf.content.startswith(b"%PDF")
    assert "-1.pdf" in pdf.headers["Content-Disposition"]
    words = receipt_document(build_receipt(payment_id=payment_id, language="en", with_titles=False))
    assert "credit note" in words.refunds[0].text


def test_the_patron_is_told_once_in_their_language(world: World) -> None:
    refunded(world)
    assert queue_due_refund_emails(world.now) == 1
    assert queue_due_refund_emails(world.now) == 0
    assert send_due_emails(world.now, 10) == 1
    (sent,) = [one for one in mail.outbox if "2,88" in one.subject]
    assert sent.to == ["patron@example.fi"]
    assert sent.subject.startswith("Återbetalning")
    assert "har betalats tillbaka till dig" in sent.body
    assert "/credit-note/1/" in sent.body
    assert "2638000" not in sent.body


def test_nobody_is_told_where_no_address_is_known(world: World) -> None:
    refunded(world, email="")
    assert queue_due_refund_emails(world.now) == 0


def test_a_patron_who_must_answer_the_provider_is_told_so(world: World) -> None:
    payment_id = refunded(world, method="spankki")
    assert queue_due_refund_emails(world.now) == 1
    email = OutgoingEmail.objects.get(about__endswith=":by_email")
    assert "S-Pankki tar inte emot återbetalningar" in email.body
    assert "Paytrail" in email.body
    words = receipt_document(build_receipt(payment_id=payment_id, language="en", with_titles=False))
    assert "Answer the payment service" in words.refunds[0].text
