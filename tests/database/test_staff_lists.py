"""Lists of payments as files, one payment as a file, its documents, and the way through a list."""

import csv
import io

from django.test import Client

from tests.database.staff import hire, pay, pay_and_register, pay_with_trouble, press, settle, sign_in
from tests.world import World, make_fee
from torget.foundation.audit.models import AuditEntry
from torget.payments.checkout.models import Payment, PaymentEvent, Receipt
from torget.payments.ledger.models import Posting


def rows_of(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_work_list_by_reason_and_as_a_file(world: World) -> None:
    stuck = pay_with_trouble(world, make_fee(11, 100), patron_id=1)
    other = pay_with_trouble(world, make_fee(21, 250), patron_id=2)
    Payment.objects.filter(id=other).update(attention_reason="registration_unclear")
    client = sign_in(hire("library_desk", "porvoo"))
    page = client.get("/staff/work-list/?reason=patron_not_found")
    assert [item.payment_id for item in page.context["items"]] == [stuck]
    assert len(page.context["reasons"]) == 2
    nothing = client.get("/staff/work-list/?reason=refund_failed").content.decode()
    assert "Nothing waits for this reason" in nothing
    rows = rows_of(client, "/staff/work-list/?reason=registration_unclear&file=csv")
    assert [row["Bank reference"] for row in rows] == [Payment.objects.get(id=other).reference]
    assert rows[0]["Euros"] == "2,50"
    assert client.get("/staff/work-list/?file=xlsx").content[:2] == b"PK"
    assert client.get("/staff/work-list/?file=exe").status_code == 404
    assert rows_of(sign_in(hire("library_desk", "raasepori")), "/staff/work-list/?file=csv") == []
    exported = AuditEntry.objects.filter(action="export work list").order_by("id")
    assert [entry.detail["payments"] for entry in exported] == [[other], [stuck, other], []]


def test_what_was_found_as_a_file_without_the_card_in_the_address(world: World) -> None:
    payment_id = pay(world, make_fee(11, 115), patron_id=1)
    pay(world, make_fee(21, 250), patron_id=2)
    card = Payment.objects.get(id=payment_id).card_number
    client = sign_in(hire("finance", "porvoo"))
    assert "rows" not in client.get("/staff/search/?file=csv").context
    client.post("/staff/search/", {"find": card})
    (row,) = rows_of(client, "/staff/search/?file=csv")
    assert (row["Library card"], row["Euros"]) == (card, "1,15")
    assert AuditEntry.objects.get(action="export payments").detail == {"by": ["find"], "payments": [payment_id]}


def test_everything_about_a_payment_by_time(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 450))
    client = sign_in(hire("library_desk", "porvoo"))
    client.get(f"/staff/payments/{payment_id}/")
    rows = rows_of(client, f"/staff/payments/{payment_id}/history.csv")
    kinds = [row["Kind"] for row in rows]
    assert kinds.count("Step") == PaymentEvent.objects.filter(payment=payment_id).count()
    assert kinds.count("Books") == Posting.objects.filter(entry__payment_id=payment_id).count()
    assert kinds.count("Message") == 1
    assert kinds.count("Attempt to register") == 1
    assert [row["When"] for row in rows] == sorted(row["When"] for row in rows)
    looked = [row for row in rows if row["Kind"] == "Audit log"]
    # The page, and what the file itself looks at.
    assert [(row["What happened"], row["Who"]) for row in looked] == [("view payment", "library_desk of porvoo")] * 2
    assert sum(float(row["Euros"].replace(",", ".")) for row in rows if row["Kind"] == "Books") == 0
    assert client.get(f"/staff/payments/{payment_id}/history.xlsx").content[:2] == b"PK"
    assert client.get(f"/staff/payments/{payment_id}/history.pdf").status_code == 404
    other = sign_in(hire("finance", "raasepori"))
    assert other.get(f"/staff/payments/{payment_id}/history.csv").status_code == 404
    assert AuditEntry.objects.filter(action="export payment").count() == 2
    assert AuditEntry.objects.filter(action="export payment refused").count() == 1


def test_the_documents_of_a_payment(world: World) -> None:
    payment_id = pay_and_register(world, make_fee(11, 450))
    client = sign_in(hire("library_desk", "porvoo"))
    press(client, payment_id, "refund", note="Wrong fee", confirmed="1")
    settle(world)
    documents = client.get(f"/staff/payments/{payment_id}/").context["documents"]
    token = Receipt.objects.get(payment=payment_id).token
    assert [one.url for one in documents] == [f"/receipt/{token}/", f"/receipt/{token}/credit-note/1/"]
    for one in documents:
        assert client.get(one.url).status_code == 200
        assert client.get(one.pdf_url).headers["Content-Type"] == "application/pdf"


def test_through_the_list_payment_by_payment(world: World) -> None:
    first, second, third = (pay_with_trouble(world, make_fee(n * 10, 100), patron_id=n) for n in (1, 2, 3))
    client = sign_in(hire("library_desk", "porvoo"))
    assert client.get(f"/staff/payments/{second}/").context["walk"] is None
    client.get("/staff/work-list/?municipality=porvoo")
    walk = client.get(f"/staff/payments/{second}/").context["walk"]
    assert (walk.number, walk.count) == (2, 3)
    assert (walk.previous_url, walk.next_url) == (f"/staff/payments/{first}/", f"/staff/payments/{third}/")
    assert walk.list_url == "/staff/work-list/?municipality=porvoo"
    assert client.get(f"/staff/payments/{first}/").context["walk"].previous_url == ""
    assert client.get(f"/staff/payments/{third}/").context["walk"].next_url == ""
