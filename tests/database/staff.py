"""Employees of the small network, and a browser of theirs."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client, override_settings
from django.utils import timezone

from tests.world import World, make_fee, make_patron
from torget.foundation.cooperations.models import Municipality
from torget.foundation.people.access import Access, load_access
from torget.foundation.people.models import Employee, Role
from torget.foundation.people.second_factor.check import codes_now
from torget.foundation.people.second_factor.demo import enrol_for_demo
from torget.foundation.people.second_factor.need import is_enrolled
from torget.payments.checkout.models import Payment
from torget.payments.core.checkout import State
from torget.payments.ledger.models import Posting
from torget.sandbox.population import SandboxItem

PASSWORD = "torget-demo"


def hire(kind: str, slug: str | None = None, language: str = "en", *, with_factor: bool = True) -> Employee:
    """An employee with one role, named after it as in 'finance.porvoo', and with an app if the role demands one."""
    employee = Employee.objects.create_user(
        username=f"{kind}.{slug or 'all'}.new",
        password=PASSWORD,
        email="x@example.fi",
        full_name=f"{kind} of {slug or 'all'}",
        language=language,
    )
    municipality = Municipality.objects.get(slug=slug) if slug else None
    Role.objects.create(employee=employee, kind=kind, municipality=municipality)
    if with_factor:
        enrol_for_demo(employee)
    return employee


def access_of(employee: Employee) -> Access:
    return load_access(employee=employee)


def browser(**more: Any) -> Client:
    """Static files are looked up when asked for, so that no folder of collected ones must exist."""
    client = Client(**more)
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        client.handler.load_middleware()
    return client


def sign_in(employee: Employee) -> Client:
    client = browser()
    answer = client.post("/staff/sign-in/", {"username": employee.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    if is_enrolled(employee):
        answer = client.post("/staff/sign-in/code/", {"code": fresh_code(employee)})
        assert answer.status_code == 302, answer.content.decode()
    return client


def app_of(employee: Employee) -> Authenticator:
    return Authenticator.objects.get(user=employee, type=Authenticator.Type.TOTP)


def fresh_code(employee: Employee) -> str:
    """What the employee's app shows; as if half a minute had passed since the last code was used."""
    app = app_of(employee)
    app.data.pop("last_step", None)
    app.save()
    return next(codes_now(app))


def pay(
    world: World,
    *fees: Any,
    patron_id: int = 1,
    items: tuple[SandboxItem, ...] = (),
    method: str = "",
    email: str = "",
) -> int:
    """A payment that the patron has paid and that no worker has seen."""
    patron = make_patron(patron_id, *(fees or (make_fee(patron_id * 10 + 1, 115),)))
    world.add(patron, items=items)
    (payment_id,) = world.start(patron, email=email).payment_ids
    url = world.at_provider(payment_id, "pay", method=method)
    assert url is not None
    world.come_back(url)
    return payment_id


def pay_and_register(world: World, *fees: Any, patron_id: int = 1) -> int:
    payment_id = pay(world, *fees, patron_id=patron_id)
    world.work()
    return payment_id


def pay_with_trouble(world: World, *fees: Any, patron_id: int = 1, items: tuple[SandboxItem, ...] = ()) -> int:
    """A payment that the library system cannot take because it does not know the patron any more."""
    payment_id = pay(world, *fees, patron_id=patron_id, items=items)
    world.koha.store.write("DELETE FROM patrons WHERE patron_id = ?", (patron_id,))
    world.work()
    assert Payment.objects.get(id=payment_id).attention_reason == "patron_not_found"
    return payment_id


def balances() -> dict[str, int]:
    sums: dict[str, int] = {}
    for account, cents in Posting.objects.values_list("account", "amount_cents"):
        sums[account] = sums.get(account, 0) + cents
    return {account: cents for account, cents in sums.items() if cents}


def state_of(payment_id: int) -> State:
    return State(Payment.objects.get(id=payment_id).state)


def seen_at(payment_id: int) -> Any:
    return Payment.objects.get(id=payment_id).changed_at


def press(client: Client, payment_id: int, action: str, **fields: Any) -> Any:
    """Open the page of the action, fill it in, and press; amounts are those the page proposes unless given."""
    path = f"/staff/payments/{payment_id}/{action}/"
    form = client.get(path).context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    chosen = {"category": "wrong_fee", "fee": "stays_paid"}
    values |= {name: value for name, value in chosen.items() if name in form.fields}
    return client.post(path, {**values, **fields}, follow=True)


def catch_up(world: World) -> None:
    """The pages go by the machine's clock and the world by its own; nobody works before the pages have spoken."""
    behind = (timezone.now() - world.now).total_seconds()
    world.wait(seconds=max(behind, 0) + 60)


def settle(world: World) -> None:
    """Let the worker ask the provider, and the provider answer to the end."""
    catch_up(world)
    world.work()
    world.wait(minutes=5)
    world.deliver_due()
    world.work()
