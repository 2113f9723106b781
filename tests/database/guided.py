"""An employee on the guided path, and the fields of every step."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from tests.world import World
from torget.foundation.cooperations.models import Membership
from torget.onboarding.models import Draft, OneCent
from torget.sandbox.paytrail.carry_out import carry_out

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
        answer = client.post("/staff/onboarding/begin/", {"cooperation": cooperation_id()})
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
        self.post("branches/", {"code_0": "KAU/PK", "tick_0": "1", **in_all_languages("name_0", "Biblioteket")})
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


def in_all_languages(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{language}": text for language in ("sv", "fi", "en")}


def cooperation_id() -> int:
    return Membership.objects.get(municipality__slug="porvoo").cooperation_id


def live(path: Path, world: World) -> None:
    path.to_the_account()
    path.post("account/", {"provider": "paytrail", "account": "700001", "credentials_secret": "keksitty-salaisuus-1"})
    path.pays_the_cent(world)
    path.post("texts/")
    assert path.client.get(path.page("check/")).context["is_ready"]
    path.post("live/")
