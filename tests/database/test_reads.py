"""Every look at a payment, and whatever else tells of a card, is logged."""

from tests.database.staff import browser, hire, pay_and_register, pay_with_trouble, press, settle, sign_in
from tests.database.test_payment_links import make
from tests.database.test_reversals import paid_by_mistake
from tests.reads import Reads, read_everything
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.models import Role
from torget.payments.checkout.models import Payment, Refund
from torget.payments.checkout.reversal_model import Reversal


def test_every_look_is_logged(world: World) -> None:
    refunded = Payment.objects.get(pk=paid_by_mistake(world))
    settle(world)
    big = pay_and_register(world, make_fee(21, 6000), patron_id=2)
    asker, employee = hire("library_desk", "sipoo"), hire("finance", "porvoo")
    for one in (asker, employee):
        Role.objects.create(employee=one, kind="library_desk", municipality=Municipality.objects.get(slug="porvoo"))
    press(sign_in(asker), big, "refund", note="wrong", amount_1="60.00", confirmed="1")
    client = sign_in(employee)
    patron = make_patron(4, make_fee(41, 250))
    world.add(patron)
    link = make(client, patron, "41")
    client.post("/staff/search/", {"find": patron.card_number}, follow=True)
    assert AuditEntry.objects.filter(action="search payments").exists()
    ids = {
        "payment_id": pay_with_trouble(world, make_fee(31, 250), patron_id=3),
        "kind": "csv",
        "municipality_id": Municipality.objects.get(slug="porvoo").pk,
        "reminder_id": 0,
        "refund_id": Refund.objects.get(state="proposed").pk,
        "reversal_id": Reversal.objects.earliest("pk").pk,
        "link_id": link.pk,
    }
    assert read_everything(client, "payments", ids) == Reads([], [])
    tokens = {"l/token": link.token, "checkout/token": refunded.checkout.token, "receipt/token": refunded.receipt.token}
    assert read_everything(browser(), "links", {**tokens, "number": 1}) == Reads([], [])
