"""A program comes in by its own door: its key made on the page, a payment that a patron finishes, the word to it."""

import json
import time

import httpx
from standardwebhooks import Webhook

from tests.api.receiver import Receiver, receiving
from tests.journeys.at_work import at_work
from tests.journeys.conftest import NewVisitor
from tests.journeys.running_torget import RunningTorget
from tests.journeys.visitor import Visitor

TOLD_SECONDS_MAX = 15


def _secret(someone: Visitor) -> str:
    return someone.page.locator("main code").inner_text()


def _wait_until_told(receiver: Receiver, event: str) -> tuple[dict[str, str], str]:
    until = time.monotonic() + TOLD_SECONDS_MAX
    while time.monotonic() < until:
        for headers, body in receiver.got:
            if json.loads(body)["type"] == event:
                return headers, body
        time.sleep(0.1)
    raise AssertionError(f"{event} was not told, only {[body for _headers, body in receiver.got]}")


def test_from_the_key_to_the_word_that_it_is_paid(torget: RunningTorget, visitor: NewVisitor) -> None:
    operator = at_work(visitor, "operator", "sv")
    operator.open("/staff/interface/")
    operator.sees("Programs that use Torget")
    operator.look_at_every_width()
    operator.follow("Add a program")
    operator.press("Save")
    operator.sees("Enter a name")
    operator.look_at_every_width()
    operator.page.fill("#id_name", "Helle.finna.fi")
    operator.page.fill("#id_contact_email", "finna@example.fi")
    operator.page.fill("#id_return_origins", "https://helle.finna.fi")
    for box in operator.page.locator("input[name=scopes], input[name=municipalities]").all():
        box.check()
    operator.press("Save")
    operator.sees("The program was added. Make a key for it now.")
    operator.look_at_every_width()
    operator.press("Make a key")
    key = _secret(operator)
    operator.look_at_every_width()
    operator.page.locator("main a", has_text="Helle.finna.fi").click()
    with receiving() as receiver:
        operator.follow("Add an endpoint")
        operator.page.fill("#id_url", receiver.url)
        for box in operator.page.locator("input[name=events]").all():
            box.check()
        operator.look_at_every_width()
        operator.press("Add the endpoint")
        secret = _secret(operator)
        operator.follow("On to the endpoint")
        operator.look_at_every_width()
        _pay(torget, visitor, key)
        headers, body = _wait_until_told(receiver, "payment.registered")
        assert Webhook(secret).verify(body, headers)["data"]["state"] == "registered"
        _wait_until_told(receiver, "checkout.completed")
        operator.page.reload()
        operator.sees("Delivered")
        operator.look_at_every_width()
        operator.page.locator("main h3 a").first.click()
        operator.sees("checkout.completed")
        operator.look_at_every_width()
        operator.press("Send it again")
        operator.sees("The message goes out again, word for word. Load the page again in a moment.")


def _pay(torget: RunningTorget, visitor: NewVisitor, key: str) -> None:
    """Finna's server starts it, and the patron's browser, which Torget has never seen, finishes it."""
    patron = torget.patron((250, "PRV/PK"))
    back = "https://helle.finna.fi/MyResearch/Fines"
    wish = {
        "card_number": patron.card_number,
        "fees": [{"reference": str(patron.fees[0].fee_id), "amount_cents": 250}],
        "language": "fi",
        "return_url": back,
    }
    started = httpx.post(
        f"{torget.url}/api/v1/checkouts",
        json=wish,
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "journey-1"},
        trust_env=False,
        timeout=20,
    )
    assert started.status_code == 201, started.text
    someone = visitor("fi")
    someone.page.goto(started.json()["page_url"])
    someone.page.locator("form[action$='/continue/'] button").click()
    someone.at_provider("pay")
    someone.is_paid()
    link = someone.page.get_by_role("link", name="Helle.finna.fi")
    assert link.get_attribute("href") == back
