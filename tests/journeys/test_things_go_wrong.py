"""Bad input, broken neighbours and forgers: a clear answer in the patron's language, and nothing changed by it."""

import socket
import time
from datetime import date
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import SETTLED_MS_MAX, Visitor
from torget.sandbox.koha import Fault
from torget.sandbox.paytrail.carry_out import carry_out
from torget.sandbox.paytrail.messages import address, message_pairs

ANSWER_SECONDS_MAX = 5
FEES_CHANGED = "Your fees have changed. Nothing was charged. Check the amounts and choose again."
LIBRARY_DOWN = "The library system does not answer"


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_a_wrong_pin_an_unknown_card_and_an_empty_form(
    torget: RunningTorget, visitor: NewVisitor, language: str
) -> None:
    patron = torget.patron((100, "PRV/PK"))
    someone = visitor(language, width=320)
    someone.arrive()
    mismatch = "The card number and the PIN do not match. Check both and try again, or ask your library for a new PIN."
    for card_number, pin in ((patron.card_number, "9999"), ("26389999999999", "1234"), ("🙂" * 10, "🙂")):
        someone.try_to_sign_in(card_number, pin)
        someone.sees(mismatch)
        expect(someone.page.locator("#id_pin")).to_have_value("")
    someone.try_to_sign_in("", "")
    someone.sees("Enter the number of your library card")
    someone.sees("Enter your PIN")
    expect(someone.page.locator(".govuk-error-summary")).to_be_focused()
    someone.look()


def test_an_expired_card_and_an_unusual_name_may_pay(torget: RunningTorget, visitor: NewVisitor) -> None:
    name = {"given_name": "Zoë 🦊", "family_name": "O'Brien-Ñandú <b>"}
    patron = torget.patron((100, "PRV/PK"), expires_on=date(2020, 1, 1), **name)
    someone = visitor("en")
    someone.sign_in(patron)
    someone.look(with_axe=False)
    someone.go_to_provider()
    someone.at_provider("pay")
    someone.is_paid()
    someone.page.locator("a[href*='/receipt/']").first.click()
    someone.look(with_axe=False)
    assert someone.context.request.get(f"{someone.page.url}pdf/").body().startswith(b"%PDF")
    assert torget.credited_cents(patron) == 100


def test_the_library_system_is_down_or_slow(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((100, "PRV/PK"))
    someone = visitor("fi")
    someone.sign_in(patron)
    with someone.nothing_changes(patron):
        for fault, seconds in ((Fault.DELAY, 8), (Fault.MAINTENANCE, 0), (Fault.NOT_JSON, 0), (Fault.MALFORMED, 0)):
            torget.koha.faults.fail_by_chance(fault, probability=1, seed=1, seconds=seconds)
            began = time.monotonic()
            answer = someone.open("/fees/")
            assert time.monotonic() - began < ANSWER_SECONDS_MAX, fault
            assert (answer.status, answer.headers["retry-after"]) == (503, "120"), fault
            expect(someone.page.locator("h1")).to_have_text(someone.says(LIBRARY_DOWN))
            assert "Traceback" not in someone.page.content()
            torget.koha.faults.clear()
    someone.look(with_axe=False)
    newcomer = visitor("sv")
    newcomer.arrive()
    torget.koha.faults.fail_by_chance(Fault.MAINTENANCE, probability=1, seed=1)
    newcomer.try_to_sign_in(patron.card_number, patron.pin)
    newcomer.sees("The library system does not answer just now, so nobody can sign in. Try again in a few minutes.")
    torget.koha.faults.clear()


def test_the_provider_is_down_and_the_fees_are_free_again(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((260, "PRV/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    someone.check_fees()
    torget.paytrail.knobs.turn(outage={"kind": "error_503"})
    someone.pay_button.click()
    someone.is_at("/checkout/")
    someone.sees("The payment service does not answer just now. Nothing was charged. Try again in a few minutes.")
    someone.look()
    torget.paytrail.knobs.turn(outage={})
    someone.open("/fees/")
    someone.go_to_provider()
    someone.at_provider("pay")
    someone.is_paid()
    assert torget.payments(patron) == [("failed", 260), ("registered", 260)]
    assert torget.credited_cents(patron) == 260


def test_an_amount_that_changed_after_the_check_page(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((300, "PRV/PK"), (100, "PRV/PK"))
    someone = visitor("fi")
    someone.sign_in(patron)
    someone.check_fees()
    torget.koha.store.write(
        "UPDATE account_lines SET amount_outstanding = ? WHERE account_line_id = ?", (2_000_000, patron.fees[0].fee_id)
    )
    with someone.nothing_changes(patron):
        someone.pay_button.click()
        someone.is_at("/fees/")
        someone.sees(FEES_CHANGED)
    expect(someone.page.locator("[data-total]")).to_have_text("3,00 €")
    someone.look(with_axe=False)


def _post_chosen(someone: Visitor, *chosen: str) -> None:
    """Send the check page's form with values of the forger's own."""
    someone.check_fees()

    def forge(route: Route) -> None:
        sent = (route.request.post_data or "").split("&")
        kept = [pair for pair in sent if not pair.startswith("chosen=")]
        pairs = [*kept, *(str(httpx.QueryParams({"chosen": value})) for value in chosen)]
        route.continue_(post_data="&".join(pairs))

    someone.page.route("**/fees/pay/", forge)
    someone.pay_button.click()
    someone.is_at("/fees/(?!pay)")
    someone.page.unroute("**/fees/pay/")


def test_a_form_by_hand_pays_neither_others_fees_nor_other_amounts(torget: RunningTorget, visitor: NewVisitor) -> None:
    victim = torget.patron((900, "PRV/PK"))
    patron = torget.patron((300, "PRV/PK"))
    own, others = patron.fees[0].fee_id, victim.fees[0].fee_id
    someone = visitor("en")
    someone.sign_in(patron)
    forgeries = (
        f"{others}|900",
        f"{own}|1",
        f"{own}|-300",
        f"{own}|٣٠٠",
        f"{own}",
        "' OR 1=1|300",
        f"{own}|9999999999",
    )
    with someone.nothing_changes(patron), someone.nothing_changes(victim):
        for chosen in forgeries:
            _post_chosen(someone, chosen)
            someone.sees(FEES_CHANGED)
        _post_chosen(someone, f"{own}|300", f"{others}|900")
        someone.sees(FEES_CHANGED)
        _post_chosen(someone)
        someone.sees("Choose at least one fee to pay.")


def test_a_form_without_its_token_is_refused(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((300, "PRV/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    someone.check_fees()
    with someone.nothing_changes(patron):
        someone.page.locator("main [name=csrfmiddlewaretoken]").evaluate("field => field.value = 'x'.repeat(64)")
        someone.pay_button.click()
        expect(someone.page.locator("h1")).to_be_visible()
        someone.look()
    assert someone.page.locator("html").get_attribute("lang") == "sv"


def test_forged_and_replayed_callbacks_change_nothing(torget: RunningTorget, visitor: NewVisitor) -> None:
    """Every message a careless receiver would believe, another municipality's valid signature among them."""
    patron = torget.patron((700, "RAS/PK"))
    someone = visitor("fi")
    someone.sign_in(patron)
    someone.go_to_provider()
    reference = urlsplit(someone.page.url).path.rstrip("/").rsplit("/", 1)[-1]
    row = torget.paytrail.store.row("SELECT * FROM payment WHERE id = ?", (reference,))
    assert row is not None
    [(token,)] = torget.ask("SELECT token FROM checkout_payment WHERE patron_reference = %s", str(patron.patron_id))
    url = f"{torget.url}/payment/{token}/callback/"
    with someone.nothing_changes(patron):
        for forgery in ("wrong_signature", "missing_signature", "other_merchant"):
            pairs = message_pairs(torget.paytrail.state, row, "ok", is_callback=True, hostile=forgery)
            answer = httpx.get(address(url, pairs), trust_env=False)
            assert (answer.status_code, answer.content) == (400, b""), forgery
        assert httpx.get(url, trust_env=False).status_code == 400
    outcome = carry_out(
        torget.paytrail.state, torget.paytrail.outbox, None, payment_id=reference, outcome="pay", overrides={}
    )
    assert outcome.return_url
    someone.page.goto(outcome.return_url)
    someone.is_paid()
    with someone.nothing_changes(patron):
        for _ in range(3):
            assert httpx.get(outcome.return_url, trust_env=False).status_code == 302
            assert httpx.get(outcome.return_url.replace("return", "callback"), trust_env=False).status_code == 200
        someone.page.reload()
        someone.is_paid()
    assert torget.payments(patron) == [("registered", 700)]


def test_too_long_headers_and_bodies_are_refused_and_the_service_lives(torget: RunningTorget) -> None:
    port = urlsplit(torget.url).port or 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        try:
            line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 1_000_000 + b"\r\n\r\n")
            answer = line.recv(200)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    assert answer == b"" or answer.split()[1] in (b"400", b"431")
    assert httpx.post(f"{torget.url}/", content=b"a" * 1_000_000, trust_env=False).status_code in (400, 403, 413)
    for path in ("/fees/check/?fee=" + "9" * 5000, "/checkout/%00/", "/receipt/%F0%9F%A6%8A/", "/at/%27%20OR/"):
        assert httpx.get(f"{torget.url}{path}", trust_env=False).status_code in (302, 400, 404), path
    assert httpx.get(f"{torget.url}/ready/", trust_env=False).status_code == 200
    assert "Traceback" not in torget.log()


def test_a_session_that_ended_leads_back_to_where_one_was(torget: RunningTorget, visitor: NewVisitor) -> None:
    patron = torget.patron((300, "PRV/PK"))
    someone = visitor("sv")
    someone.sign_in(patron)
    someone.check_fees()
    where = someone.page.url
    someone.context.clear_cookies(name="torget")
    with someone.nothing_changes(patron):
        someone.pay_button.click()
        someone.is_at("/[?]next=")
        someone.look(with_axe=False)
        someone.try_to_sign_in(patron.card_number, patron.pin)
        someone.is_at("/fees/")
    someone.context.clear_cookies(name="torget")
    someone.page.goto(where)
    someone.try_to_sign_in(patron.card_number, patron.pin)
    expect(someone.page).to_have_url(where)


def test_a_payment_that_the_library_learns_of_late(torget: RunningTorget, visitor: NewVisitor) -> None:
    """The library system fails while it is told: the page stays calm, and the credit is booked once."""
    patron = torget.patron((450, "PRV/PK"))
    someone = visitor("fi")
    someone.sign_in(patron)
    someone.go_to_provider()
    torget.koha.faults.fail_next(Fault.ERROR_AFTER, method="POST", path_contains="/account/credits")
    someone.at_provider("pay")
    someone.sees("The library is being told", within_ms=SETTLED_MS_MAX)
    expect(someone.page.locator("a[href*='/receipt/']")).to_be_visible()
    someone.look()
    assert (torget.owed_cents(patron), torget.credited_cents(patron)) == (0, 450)
