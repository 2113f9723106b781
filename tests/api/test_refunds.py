"""Refunds that a program asks for: the same rules as at the desk, and never its own second person."""

from typing import Any

from tests.api.client import Program, problem, program
from tests.api.test_checkouts import debtor
from tests.api.test_webhooks import pay_by_api
from tests.database.staff import catch_up, hire, settle, sign_in, state_of
from tests.reads import Reads, read_everything
from tests.world import World
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import Checkout, Payment, Refund
from torget.payments.core.checkout import State

WISH = {"category": "wrong_fee", "reason": "Avgiften var fel"}


def registered(world: World, finna: Program, *fees: tuple[str, int]) -> tuple[str, int]:
    checkout, payment_id = pay_by_api(world, finna, *(fees or (("11", 115),)))
    catch_up(world)
    world.work()
    assert state_of(payment_id) is State.REGISTERED
    return checkout["payments"][0]["id"], payment_id


def ask(finna: Program, payment: str, *, key: str = "r1", **more: Any) -> Any:
    return finna.post(f"payments/{payment}/refunds", {**WISH, **more}, key=key)


def test_above_the_limit_it_waits_for_a_person_who_may_agree(world: World) -> None:
    Municipality.objects.filter(slug="porvoo").update(refund_limit_cents=100)
    finna = program()
    payment, payment_id = registered(world, finna)
    answer = ask(finna, payment)
    assert answer.status_code == 201, answer.content
    assert answer.json()["state"] == "waiting_for_approval"
    assert answer.json()["expires_at"] is not None
    assert ask(finna, payment).content == answer.content
    assert problem(ask(finna, payment, key="r2"), 409) == "not_refundable"
    settle(world)
    assert state_of(payment_id) is State.REGISTERED
    desk = sign_in(hire("library_desk", "porvoo"))
    refund = Refund.objects.get()
    page = desk.get(f"/staff/refunds/{refund.pk}/")
    assert "A program, through the interface" in page.content.decode()
    desk.post(f"/staff/refunds/{refund.pk}/", {"note": "ok", "approve": "1"})
    refund.refresh_from_db()
    assert refund.state == "due", page.content.decode()
    settle(world)
    assert finna.get(f"refunds/{answer.json()['id']}").json()["state"] == "paid"
    assert finna.get(f"payments/{payment}").json()["refunded_cents"] == 115
    ids = {"payment_id": payment, "refund_id": answer.json()["id"], "checkout_id": Checkout.objects.get().token}
    assert read_everything(finna.browser, "programs", ids, authorization=f"Bearer {finna.key}") == Reads([], [])


def test_parts_of_lines_and_no_more_than_is_left(world: World) -> None:
    finna = program()
    payment, payment_id = registered(world, finna, ("11", 115), ("12", 200))
    part = ask(finna, payment, lines=[{"position": 2, "amount_cents": 50}])
    assert part.json()["lines"] == [{"position": 2, "amount_cents": 50}]
    settle(world)
    assert state_of(payment_id) is State.REFUNDED
    for wrong in (
        [{"position": 2, "amount_cents": 151}],
        [{"position": 3, "amount_cents": 1}],
        [{"position": 1, "amount_cents": 1}, {"position": 1, "amount_cents": 2}],
    ):
        assert problem(ask(finna, payment, key="r2", lines=wrong), 409) == "not_refundable"
    rest = ask(finna, payment, key="r3")
    assert {(one["position"], one["amount_cents"]) for one in rest.json()["lines"]} == {(1, 115), (2, 150)}
    assert len(finna.get(f"payments/{payment}/refunds").json()["items"]) == 2


def test_what_is_not_paid_or_not_yours_is_not_refunded(world: World) -> None:
    finna = program()
    payment, _payment_id = registered(world, finna)
    assert problem(ask(program("Other"), payment), 404) == "not_found"
    reader = program("Reader", scopes=("checkouts:read",))
    assert problem(ask(reader, payment), 403) == "missing_scope"
    patron = debtor(world, (77, 100, "PRV/PK"), patron_id=7)
    unpaid = finna.start(patron.card_number, ("77", 100)).json()["payments"][0]["id"]
    assert problem(ask(finna, unpaid), 409) == "not_refundable"
    assert Refund.objects.count() == 0


def test_the_page_of_a_checkout_leads_back_to_the_program(world: World) -> None:
    finna, patron = program("Helle.finna.fi"), debtor(world)
    back = "https://finna.example.fi/MyResearch/Fines?from=torget"
    checkout = finna.start(patron.card_number, ("11", 115), return_url=back).json()
    page = finna.browser.get(f"/checkout/{checkout['id']}/", headers={"accept-language": "sv"}).content.decode()
    assert f'href="{back}"' in page
    assert "Tillbaka till Helle.finna.fi" in page
    assert Payment.objects.get().card_number not in page
