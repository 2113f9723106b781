"""A municipality comes in: step by step, judged by the rules of network files, tried with a cent, live and offline."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.database.staff import hire, sign_in
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Branch, Membership, Municipality, PublishedText
from torget.foundation.people.models import Role
from torget.onboarding.models import Draft, OneCent
from torget.payments.checkout.models import Payment
from torget.payments.ledger.models import Posting
from torget.sandbox.paytrail.carry_out import carry_out
from torget.sandbox.population import SandboxPopulation

DETAILS = {
    "names_sv": "Grankulla",
    "names_fi": "Kauniainen",
    "names_en": "Kauniainen",
    "slug": "kauniainen",
    "number": "235",
    "business_id": "0203026-2",
    "contact_email": "bibliotek@example.fi",
    "contact_phone": "+358 9 000 000",
    "cost_share": "10 000",
    "languages": ["sv", "fi"],
    "work_list": "desk.porvoo",
}
THEME = {
    "brand": "#1f4e79",
    "brand_text": "#ffffff",
    "link": "#1f4e79",
    "surface": "#f5f6f8",
    "shield": "design/shields/torget.svg",
}
CARD = "26380000000777"


class Path:
    """An employee on the guided path of one draft."""

    def __init__(self, client: Client) -> None:
        self.client = client
        answer = client.post("/staff/onboarding/begin/", {"cooperation": _cooperation_id()})
        self.draft = Draft.objects.get()
        assert answer["Location"] == f"/staff/onboarding/{self.draft.pk}/details/"

    def page(self, name: str) -> str:
        return f"/staff/onboarding/{self.draft.pk}/{name}"

    def post(self, name: str, values: Mapping[str, Any] | None = None, *, goes_on: bool = True) -> Any:
        answer = self.client.post(self.page(name), values or {})
        assert answer.status_code == (302 if goes_on else 422), answer.content.decode()
        self.draft.refresh_from_db()
        return answer

    def to_the_account(self, **changes: Any) -> None:
        self.post("details/", {**DETAILS, **changes})
        self.post("theme/", THEME)
        self.post("look/", {"back": "branches"})
        rows = self.client.get(self.page("branches/")).context["rows"]
        assert [row["code"] for row in rows] == ["KAU/PK"]
        self.post("branches/", {"code_0": "KAU/PK", "tick_0": "1", **_names("name_0", "Biblioteket")})
        self.post("look/", {"cards": CARD})
        self.post("fee-types/")
        self.post("payee/", {"way": "own"})

    def pays_the_cent(self, world: World) -> OneCent:
        cent = OneCent.objects.latest("pk")
        assert cent.state == OneCent.State.OPEN, cent.detail
        done = carry_out(
            world.paytrail.state,
            world.paytrail.outbox,
            None,
            payment_id=cent.provider_reference,
            outcome="pay",
            method="",
            overrides={},
        )
        assert done.return_url is not None
        back = urlsplit(done.return_url)
        assert self.client.get(f"{back.path}?{back.query}").status_code == 302
        cent.refresh_from_db()
        return cent


def _names(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{language}": text for language in ("sv", "fi", "en")}


def _cooperation_id() -> int:
    return Membership.objects.get(municipality__slug="porvoo").cooperation_id


@pytest.fixture
def path(world: World) -> Path:
    patron = make_patron(77, make_fee(771, 250, "KAU/PK"), card_number=CARD, home_branch="KAU/PK")
    world.koha.load(SandboxPopulation(patrons=(patron,), items=(), branches={"KAU/PK": "Kauniaisten kirjasto"}))
    return Path(sign_in(hire("coordinator", "porvoo")))


def live(path: Path, world: World) -> None:
    path.to_the_account()
    path.post("account/", {"provider": "paytrail", "account": "700001", "credentials_secret": "keksitty-salaisuus-1"})
    path.pays_the_cent(world)
    path.post("texts/")
    assert path.client.get(path.page("check/")).context["is_ready"]
    path.post("live/")


def test_from_nothing_to_a_patron_who_pays(world: World, path: Path) -> None:
    live(path, world)
    municipality = Municipality.objects.get(slug="kauniainen")
    assert path.draft.municipality == municipality
    assert path.draft.state == Draft.State.LIVE
    assert Branch.objects.get(code="KAU/PK").municipality == municipality
    assert Membership.objects.get(municipality=municipality).cost_share == 10_000
    assert Role.objects.get(municipality=municipality, answers_work_list=True).employee.username == "desk.porvoo"
    assert PublishedText.objects.filter(municipality=municipality).count() == 2
    patron = make_patron(78, make_fee(781, 115, "KAU/PK"))
    world.add(patron)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    assert url is not None
    world.come_back(url)
    world.work()
    assert Payment.objects.get(pk=payment_id).state == "registered"
    actions = set(AuditEntry.objects.filter(subject=f"onboarding:{path.draft.pk}").values_list("action", flat=True))
    assert {"begin municipality", "answer details", "try account", "go live"} <= actions


def test_the_cent_is_in_no_books_and_goes_back(world: World, path: Path) -> None:
    path.to_the_account()
    path.post("account/", {"provider": "paytrail", "account": "700001", "credentials_secret": "keksitty-salaisuus-1"})
    cent = path.pays_the_cent(world)
    assert (cent.state, cent.amount_cents) == (OneCent.State.PAID, 1)
    path.client.get(path.page("account/test/"))
    cent.refresh_from_db()
    assert cent.given_back in (OneCent.Return.RETURNED, OneCent.Return.PENDING)
    assert not Payment.objects.exists()
    assert not Posting.objects.exists()
    assert b"keksitty" not in bytes(path.draft.credentials)
    assert "keksitty" not in str(path.draft.answers)
