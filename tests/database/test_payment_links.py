"""Payment links: made at a desk, opened by whoever holds the letter, paid with the end of the card number."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from tests.database.staff import browser, hire, sign_in
from tests.libraries import SIP2_SITES, Sip2Side
from tests.network import LIBRARY
from tests.reads import Reads, read_everything
from tests.world import World, make_fee, make_patron, running_world
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.person import Person
from torget.foundation.notify.models import OutgoingEmail
from torget.foundation.retention.run import carry_out
from torget.foundation.retention.words import SECTIONS
from torget.payments.checkout.models import Checkout, Payment
from torget.payments.core.links import WRONG_TRIES_MAX, LinkState
from torget.payments.links.models import LinkCheckout, PaymentLink
from torget.payments.links.person import erase, sections
from torget.payments.links.standing import standing
from torget.sandbox.koha import Fault
from torget.sandbox.koha.control import pay_at_desk
from torget.sandbox.population import SandboxItem, SandboxPatron

BOOK = SandboxItem(item_id=7, barcode="7", title="Secret diary", home_branch="PRV/PK")


def patron_with_fees(world: World) -> SandboxPatron:
    patron = make_patron(1, make_fee(11, 250, item_id=7), make_fee(12, 130, "RAS/PK", "RESERVE_EXPIRED", item_id=7))
    world.add(patron, items=(BOOK,))
    return patron


def choose_card(client: Client, patron: SandboxPatron) -> Any:
    return client.post("/staff/links/card/", {"card_number": patron.card_number}, follow=True)


def make(client: Client, patron: SandboxPatron, *fees: str, days: int = 30) -> PaymentLink:
    page = choose_card(client, patron)
    shown = page.context["shown"]
    answer = client.post(
        "/staff/links/new/", {"shown": shown, "fee": fees or ["11", "12"], "days": days, "language": "sv"}
    )
    assert answer.status_code == 302, answer.content.decode()
    return PaymentLink.objects.select_related("patron").get(pk=answer["Location"].split("/")[3])


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def desk(world: World) -> Client:
    return sign_in(hire("library_desk", "porvoo"))


def open_with_card(link: PaymentLink, **more: Any) -> Client:
    client = browser()
    answer = client.post(f"/l/{link.token}/prove/", {"proof": link.card_number[-4:]}, **more)
    assert answer.status_code == 302
    return client


def pay_by(client: Client, link: PaymentLink) -> Any:
    page = client.get(f"/l/{link.token}/")
    return client.post(f"/l/{link.token}/pay/", {"chosen": page.context["chosen"], "email": ""})


def test_from_the_desk_to_the_library_without_a_pin(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    assert standing(link, timezone.now()).state is LinkState.OPEN
    client = open_with_card(link)
    answer = pay_by(client, link)
    assert answer.status_code == 303
    assert standing(link, timezone.now()).state is LinkState.STARTED
    for payment in Payment.objects.order_by("position"):
        url = world.at_provider(payment.pk, "pay")
        assert url is not None
        world.come_back(url)
    assert standing(link, timezone.now()).state is LinkState.PAID
    assert "The money has come in" in text_of(desk.get(f"/staff/links/{link.pk}/"))
    world.wait(days=30)
    world.work()
    assert {payment.state for payment in Payment.objects.all()} == {"registered"}
    assert "The fees are gone from the card" in text_of(desk.get(f"/staff/links/{link.pk}/"))
    assert world.outstanding(1).cents == 0
    assert "To the payment and its receipt" not in text_of(browser().get(f"/l/{link.token}/"))


def test_no_title_and_no_name_before_the_card_number(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    client = browser()
    client.cookies["torget_language"] = "en"
    page = text_of(client.get(f"/l/{link.token}/"))
    for secret in ("Secret diary", "Övre", "Åsa", link.card_number, "Dated", "1.11.2026"):
        assert secret not in page
    for told in ("Porvoo", "Raasepori", "€2.50", "€1.30", "€3.80", "OVERDUE (en)"):
        assert told in page
    client.post(f"/l/{link.token}/prove/", {"proof": link.card_number[-4:]})
    page = text_of(client.get(f"/l/{link.token}/"))
    assert "Secret diary" in page
    assert "Övre" in page
    client.post(f"/l/{link.token}/close/")
    assert "Secret diary" not in text_of(client.get(f"/l/{link.token}/"))


def test_nothing_is_paid_before_the_card_number(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    browser().post(f"/l/{link.token}/pay/", {"chosen": ["11|250", "12|130"], "email": ""})
    assert not Checkout.objects.exists()


def test_wrong_numbers_are_slowed_down_and_lock_the_link(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    client = browser()
    said = set()
    for number in range(5):
        answer = client.post(f"/l/{link.token}/prove/", {"proof": f"99{number}9"})
        assert answer.status_code == 422
        said.add(tuple(answer.context["form"].errors["proof"]))
    assert len(said) == 1, "each wrong number is answered alike"
    # Even the right one has to wait now, from here.
    assert client.post(f"/l/{link.token}/prove/", {"proof": link.card_number[-4:]}).status_code == 422
    for number in range(5, WRONG_TRIES_MAX):
        browser().post(f"/l/{link.token}/prove/", {"proof": "0x0x"}, REMOTE_ADDR=f"192.0.2.{number}")
    assert standing(PaymentLink.objects.get(), timezone.now()).state is LinkState.LOCKED
    answer = browser().post(f"/l/{link.token}/prove/", {"proof": link.card_number[-4:]}, REMOTE_ADDR="192.0.2.99")
    assert answer.context["why"] == "locked"
    assert not Checkout.objects.exists()


def test_changed_amounts_and_settled_fees_are_told(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    world.koha.store.write("UPDATE account_lines SET amount_outstanding = 2000000 WHERE account_line_id = 11")
    pay_at_desk(world.koha.store, 12)
    page = browser()
    page.cookies["torget_language"] = "en"
    text = text_of(page.get(f"/l/{link.token}/"))
    assert "OVERDUE (en): €2.50 in the letter, €2.00 now" in text
    assert "already settled" in text
    client = open_with_card(link)
    # Between the page and the button the amount changes once more: nothing is charged.
    chosen = client.get(f"/l/{link.token}/").context["chosen"]
    assert chosen == ["11|200"]
    client.post(f"/l/{link.token}/pay/", {"chosen": ["11|250"], "email": ""})
    assert not Checkout.objects.exists()
    assert client.post(f"/l/{link.token}/pay/", {"chosen": chosen, "email": ""}).status_code == 303
    assert Payment.objects.get().amount_cents == 200
    assert LinkCheckout.objects.get().checkout == Checkout.objects.get()


def test_a_fee_in_another_payment_is_not_paid_twice(world: World, desk: Client) -> None:
    patron = patron_with_fees(world)
    first, second = make(desk, patron, "11"), make(desk, patron, "11")
    pay_by(open_with_card(first), first)
    page = open_with_card(second).get(f"/l/{second.token}/")
    assert page.context["why"] == "in_payment"
    assert Payment.objects.count() == 1


def test_each_closed_link_says_what_to_do(world: World, desk: Client) -> None:
    patron = patron_with_fees(world)
    revoked, expired, empty = (make(desk, patron, "11") for _ in range(3))
    assert desk.get(f"/staff/links/{revoked.pk}/revoke/").status_code == 200
    desk.post(f"/staff/links/{revoked.pk}/revoke/")
    long_ago = timezone.now() - timedelta(days=3)
    PaymentLink.objects.filter(pk=expired.pk).update(made_at=long_ago, expires_at=long_ago + timedelta(days=1))
    for link, why in ((revoked, "revoked"), (expired, "expired")):
        page = browser().get(f"/l/{link.token}/")
        assert page.context["why"] == why
        assert "/staff/" not in page.content.decode()
        proven = browser().post(f"/l/{link.token}/prove/", {"proof": link.card_number[-4:]}, follow=True)
        assert proven.context["why"] == why
    pay_at_desk(world.koha.store, 11)
    assert browser().get(f"/l/{empty.token}/").context["why"] == "nothing_left"
    assert browser().get("/l/nothing-like-this/").status_code == 404


def test_a_link_that_was_revoked_on_the_way_starts_nothing(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    client = open_with_card(link)
    chosen = client.get(f"/l/{link.token}/").context["chosen"]
    desk.post(f"/staff/links/{link.pk}/revoke/")
    client.post(f"/l/{link.token}/pay/", {"chosen": chosen, "email": ""})
    assert not Checkout.objects.exists()


def test_the_library_system_is_down(world: World, desk: Client) -> None:
    patron = patron_with_fees(world)
    link = make(desk, patron)
    world.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1)
    assert browser().get(f"/l/{link.token}/").status_code == 503
    assert choose_card(desk, patron).status_code == 422


def test_a_desk_sees_titles_of_its_own_fees_alone(world: World) -> None:
    patron = patron_with_fees(world)
    page = text_of(choose_card(sign_in(hire("library_desk", "porvoo")), patron))
    assert page.count("Secret diary") == 1 + page.count('aria-label="Secret diary')
    assert "RESERVE_EXPIRED (en)" in page
    other = text_of(choose_card(sign_in(hire("library_desk", "sipoo")), patron))
    assert "Secret diary" not in other
    assert AuditEntry.objects.filter(action="view fees of card").count() == 2


def test_only_desks_make_links_and_see_their_own(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    elsewhere = sign_in(hire("library_desk", "sipoo"))
    assert elsewhere.get(f"/staff/links/{link.pk}/").status_code == 404
    assert elsewhere.get(f"/staff/links/{link.pk}/qr.svg").status_code == 404
    assert elsewhere.post(f"/staff/links/{link.pk}/revoke/").status_code == 404
    assert link.token not in text_of(elsewhere.get("/staff/links/"))
    for kind, slug in (("finance", "porvoo"), ("operator", None)):
        assert sign_in(hire(kind, slug)).get("/staff/links/").status_code == 404
    assert f"/staff/links/{link.pk}/" in text_of(desk.get("/staff/links/"))
    assert AuditEntry.objects.filter(action__endswith="payment link refused").count() == 3


def test_the_sheet_speaks_the_language_of_the_letter(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    page = text_of(desk.get(f"/staff/links/{link.pk}/sheet/"))
    assert 'lang="sv"' in page
    assert link.token in page
    assert "3,80" in page
    assert "Secret diary" not in page
    code = desk.get(f"/staff/links/{link.pk}/qr.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content.startswith(b"<svg")


def test_nothing_chosen_and_unknown_cards_are_said(world: World, desk: Client) -> None:
    assert desk.post("/staff/links/card/", {"card_number": "none"}).status_code == 422
    page = choose_card(desk, patron_with_fees(world))
    answer = desk.post("/staff/links/new/", {"shown": page.context["shown"], "days": 30, "language": "fi"})
    assert answer.status_code == 422
    forged = {"shown": ["11|1", "12|130"], "fee": ["11"], "days": 30, "language": "fi"}
    assert desk.post("/staff/links/new/", forged)["Location"] == "/staff/links/new/"
    assert not PaymentLink.objects.exists()


def test_a_link_goes_three_months_after_its_last_day(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    pay_by(open_with_card(link), link)
    for days, count in ((89, 1), (91, 0)):
        carry_out(at=link.expires_at + timedelta(days=days), actor="test")
        assert PaymentLink.objects.count() == count
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM links_linkfee) + (SELECT count(*) FROM links_linkcheckout)")
        assert cursor.fetchone() == (0,)


def test_a_system_that_settles_everything_gets_links_for_everything(committed_db: None) -> None:
    with running_world(Sip2Side(site=SIP2_SITES[1])) as world:
        patron = make_patron(1, make_fee(11, 250), make_fee(12, 130))
        world.add(patron)
        desk = sign_in(hire("library_desk", "porvoo"))
        link = make(desk, patron, "11")
        assert link.fees.count() == 2
        pay_by(open_with_card(link), link)
        assert Payment.objects.get().amount_cents == 380


def test_the_database_keeps_links_whole(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    for change in ({"revoked_at": timezone.now()}, {"expires_at": link.made_at}, {"municipality": None}):
        with pytest.raises(IntegrityError):
            PaymentLink.objects.filter(pk=link.pk).update(**change)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM links_linkfee")
        assert cursor.fetchone() == (2,)


def test_a_link_goes_out_by_mail_without_a_title(world: World, desk: Client) -> None:
    link = make(desk, patron_with_fees(world))
    assert desk.post(f"/staff/links/{link.pk}/send/", {"email": "no address"}).status_code == 422
    for _ in range(4):
        desk.post(f"/staff/links/{link.pk}/send/", {"email": "asa@example.org"})
    assert OutgoingEmail.objects.count() == 3
    message = OutgoingEmail.objects.first()
    assert message is not None
    assert link.token in message.body
    assert "3,80" in message.body
    assert "Borgå" in message.body
    for secret in ("Secret diary", "Övre", link.card_number):
        assert secret not in message.body
    person = Person(library_system=LIBRARY, reference="1")
    assert {one.code for one in sections(person) if one.rows} <= SECTIONS.keys()
    assert erase(person, timezone.now()) == {"payment_links": 1, "payment_link_notices": 3}
    assert not PaymentLink.objects.exists()


def test_the_kiosk_gives_the_code_along_and_forgets(world: World) -> None:
    patron = patron_with_fees(world)
    kiosk = browser()
    assert kiosk.get("/kiosk/fees/")["Location"] == "/kiosk/"
    assert kiosk.post("/kiosk/", {"card_number": patron.card_number, "pin": "9999"}).status_code == 422
    kiosk.post("/kiosk/", {"card_number": patron.card_number, "pin": patron.pin})
    page = kiosk.get("/kiosk/fees/")
    assert "/fees/check/" not in text_of(page)
    assert read_everything(kiosk, "kiosk", {}) == Reads([], [])
    kiosk.post("/kiosk/take/", {"shown": page.context["shown"], "fee": ["11"]})
    link = PaymentLink.objects.get()
    assert (link.kind, link.municipality) == ("kiosk", None)
    assert kiosk.get("/kiosk/qr.svg").content.startswith(b"<svg")
    pay_by(open_with_card(link), link)
    url = world.at_provider(Payment.objects.get().pk, "pay")
    assert url is not None
    world.come_back(url)
    assert kiosk.get("/kiosk/code/").context["state"] is LinkState.PAID
    # The start page forgets; no address brings anything back.
    kiosk.get("/kiosk/")
    for path in ("fees/", "code/", "qr.svg"):
        assert kiosk.get(f"/kiosk/{path}")["Location"] == "/kiosk/"
    assert Payment.objects.get().amount_cents == 250
