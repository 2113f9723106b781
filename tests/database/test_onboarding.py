"""A municipality comes in: step by step, judged by the rules of network files, tried with a cent, live and offline."""

import json
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests.database.staff import browser, hire, sign_in
from tests.network import OWN_ACCOUNT
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Branch, Membership, Municipality, PublishedText
from torget.foundation.people.access import load_access
from torget.foundation.people.models import Employee, Role
from torget.onboarding.draft import ChangedMeanwhile, answer_step
from torget.onboarding.models import Draft, OneCent
from torget.onboarding.network.rows import Network
from torget.onboarding.network.saving import save_network
from torget.onboarding.network.stored import stored_network
from torget.onboarding.steps import Step
from torget.payments.checkout.merchants import load_merchants
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.checkout.open_page import PageNotAvailable
from torget.payments.ledger.models import Posting
from torget.sandbox.faults import Fault
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


def test_what_is_wrong_is_kept_and_told_at_its_field(path: Path) -> None:
    wrong = {**DETAILS, "names_sv": "", "number": "23", "business_id": "0203026-1", "cost_share": "many"}
    form = path.post("details/", wrong, goes_on=False).context["form"]
    assert set(form.errors) == {"names_sv", "number", "business_id", "cost_share"}
    assert "the check digit does not hold" in str(form.errors["business_id"])
    kept = path.client.get(path.page("details/")).context["form"]
    assert kept["cost_share"].value() == "many"
    assert kept["names_fi"].value() == "Kauniainen"


def test_what_another_municipality_has_is_refused(path: Path) -> None:
    form = path.post("details/", {**DETAILS, "slug": "porvoo", "number": "638"}, goes_on=False).context["form"]
    assert "The slug porvoo is used before" in str(form.errors)
    assert "The municipality number 638 is used before" in str(form.errors)
    path.post("details/", DETAILS)
    answer = path.post("branches/", {"hand_0": "1", "code_0": "PRV/PK", **_names("name_0", "x")}, goes_on=False)
    assert "the branch code PRV/PK is used before" in str(answer.context["form"].errors)


def test_colours_that_cannot_be_read_are_refused_with_their_figures(path: Path) -> None:
    path.post("details/", DETAILS)
    answer = path.post("theme/", {**THEME, "brand": "#7fb3d5"}, goes_on=False)
    assert "contrast 2.26, needs 4.5" in str(answer.context["form"].errors)
    preview = path.client.post(path.page("theme/"), {**THEME, "brand": "nonsense", "preview": "1"})
    assert preview.context["not_a_colour"] == "nonsense"
    css = path.client.get(path.page("theme/preview.css"), {**THEME, "brand_text": "red;}body{display:none"})
    assert css.content == b""


def test_a_renamed_kind_and_a_branch_of_nobody_are_flagged(world: World, path: Path) -> None:
    path.to_the_account()
    fees = (make_fee(801, 100, "KAU/PK", "OVERDUE_FEE"), make_fee(802, 100, "XYZ"))
    world.koha.load(SandboxPopulation(patrons=(make_patron(80, *fees),), items=()))
    path.post("look/", {"cards": f"{make_patron(80).card_number}\n000"})
    page = path.client.get(path.page("fee-types/"))
    assert page.context["unknown_count"] == 1
    assert page.context["unknown_branches"] == ["XYZ"]
    assert "does not know the card 000" in page.content.decode()
    path.post("fee-types/", goes_on=False)
    like = path.client.get(path.page("fee-types/one/"), {"code": "OVERDUE_FEE", "like": "OVERDUE"}).context["form"]
    values = {name: like[name].value() for name in like.fields if like[name].value() is not None}
    path.post("fee-types/one/", {**values, "code": "OVERDUE_FEE", "ledger_account": ""}, goes_on=False)
    path.post("fee-types/one/", {**values, "code": "OVERDUE_FEE"})
    path.post("fee-types/")
    assert path.draft.seen["fee_branches"] == {"KAU/PK": 1, "XYZ": 1}
    assert "Övre" not in str(path.draft.seen)


def test_a_library_system_that_speaks_nonsense_loses_nothing(world: World, path: Path) -> None:
    path.post("details/", DETAILS)
    world.koha.faults.fail_next(Fault.MALFORMED, count=2, path_contains="/libraries")
    answer = path.client.post(path.page("look/"), {"back": "branches"}, follow=True)
    assert "gives no usable answer" in answer.content.decode()
    assert path.client.get(path.page("details/")).context["form"]["slug"].value() == "kauniainen"


def test_a_wrong_secret_is_told_and_the_right_one_needs_a_new_cent(world: World, path: Path) -> None:
    path.to_the_account()
    own = {"provider": "paytrail", "account": "700001"}
    assert "is missing" not in str(path.post("account/", {**own, "credentials_secret": "wrong"}).content)
    page = path.client.get(path.page("account/test/"))
    assert page.context["cent"].state == OneCent.State.REFUSED
    assert "401" in page.context["cent"].detail
    path.post("account/", {**own, "credentials_secret": "keksitty-salaisuus-1"})
    path.pays_the_cent(world)
    assert path.client.get(path.page("account/test/")).context["cent"].state == OneCent.State.PAID
    path.post("account/", {**own, "credentials_secret": "another"})
    path.post("texts/")
    assert not path.client.get(path.page("check/")).context["is_ready"]
    path.post("live/")
    assert not Municipality.objects.filter(slug="kauniainen").exists()


def test_an_account_of_another_municipality_is_refused(path: Path) -> None:
    path.to_the_account()
    taken = {"provider": "paytrail", "account": OWN_ACCOUNT, "credentials_secret": "SAIPPUAKAUPPIAS"}
    answer = path.post("account/", taken, goes_on=False)
    assert f"The merchant account paytrail {OWN_ACCOUNT} is used before" in str(answer.context["form"].errors)
    assert not OneCent.objects.exists()


def test_a_callback_about_another_amount_or_unsigned_changes_nothing(world: World, path: Path) -> None:
    path.to_the_account()
    path.post("account/", {"provider": "paytrail", "account": "700001", "credentials_secret": "keksitty-salaisuus-1"})
    cent = OneCent.objects.get()
    forged = f"/one-cent/{cent.token}/callback/?checkout-status=ok&checkout-amount=1&signature=00"
    assert path.client.get(forged).status_code == 400
    assert path.client.get("/one-cent/00000000-0000-0000-0000-000000000000/callback/").status_code == 400
    cent.refresh_from_db()
    assert cent.state == OneCent.State.OPEN


def test_a_part_in_the_cooperations_account(world: World, path: Path) -> None:
    path.to_the_account()
    path.post("payee/", {"way": "aggregate"})
    taken = path.post("account/", {"identifier": "695874"}, goes_on=False)
    assert "The identifier 695874 is used before" in str(taken.context["form"].errors)
    path.post("account/", {"identifier": "990999"})
    cent = OneCent.objects.latest("pk")
    assert (cent.sub_merchant, cent.state) == ("990999", OneCent.State.REFUSED)


def test_offline_stops_new_payments_and_loses_no_open_one(world: World, path: Path) -> None:
    live(path, world)
    patron, other = make_patron(78, make_fee(781, 115, "KAU/PK")), make_patron(79, make_fee(791, 115, "KAU/PK"))
    world.add(patron, other)
    (payment_id,) = world.start(patron).payment_ids
    url = world.at_provider(payment_id, "pay")
    (unopened,) = world.start(other).payment_ids
    path.post("offline/")
    assert not MerchantAccount.objects.filter(municipality__slug="kauniainen", is_active=True).exists()
    assert url is not None
    world.come_back(url)
    world.work()
    assert Payment.objects.get(pk=payment_id).state == "registered"
    with pytest.raises(PageNotAvailable):
        world.open(unopened)
    assert not load_merchants().keys() & {"kauniainen"}
    path.post("live/")
    assert load_merchants().keys() >= {"kauniainen"}


def test_who_came_by_the_path_stays_when_files_are_loaded(world: World, path: Path) -> None:
    live(path, world)
    stored = stored_network()
    files = Network(
        municipalities=tuple(row for row in stored.municipalities if row.slug != "kauniainen"),
        cooperations=tuple(
            replace(row, members={slug: share for slug, share in row.members.items() if slug != "kauniainen"})
            for row in stored.cooperations
        ),
        payee_rules=stored.payee_rules,
        merchant_accounts=tuple(row for row in stored.merchant_accounts if row.municipality != "kauniainen"),
    )
    save_network(name="helle", network=files, with_demo_staff=False, at=timezone.now())
    assert Membership.objects.filter(municipality__slug="kauniainen").exists()
    assert load_merchants().keys() >= {"kauniainen"}


def test_the_whole_stored_network_is_right_and_saving_it_changes_nothing(world: World) -> None:
    network = stored_network()
    loaded = save_network(name="same", network=network, with_demo_staff=False, at=timezone.now())
    assert not loaded.is_changed


@pytest.mark.parametrize("kind", ["library_desk", "finance", "agent"])
def test_others_see_no_such_page(path: Path, kind: str) -> None:
    other = sign_in(hire(kind, "sipoo"))
    assert other.get("/staff/onboarding/").status_code == 404
    assert other.post(path.page("details/"), DETAILS).status_code == 404
    assert AuditEntry.objects.filter(action__endswith="refused").exists()


def test_a_coordinator_of_another_municipality_reaches_no_draft(path: Path) -> None:
    other = sign_in(hire("coordinator", "sipoo"))
    assert other.get(path.page("")).status_code == 404
    assert (
        other.post("/staff/onboarding/begin/", {"cooperation": _cooperation_id()})["Location"] == "/staff/onboarding/"
    )
    assert Draft.objects.count() == 1


def test_two_at_once_do_not_overwrite_each_other(path: Path) -> None:
    stale = Draft.objects.get()
    path.post("details/", DETAILS)
    access = load_access(employee=Employee.objects.get(username__startswith="coordinator"))
    with pytest.raises(ChangedMeanwhile):
        answer_step(draft=stale, step=Step.PAYEE, given={"way": "none"}, access=access, at=timezone.now())


def test_a_changed_text_is_published_and_must_be_approved_anew(world: World, path: Path) -> None:
    live(path, world)
    path.post("texts/privacy/rights/", {f"text_{code}": f"Own words {code}" for code in ("sv", "fi", "en")})
    assert not path.client.get(path.page("check/")).context["is_ready"]
    path.post("texts/")
    path.post("live/")
    page = browser().get("/privacy/kauniainen/", headers={"accept-language": "sv"}).content.decode()
    assert "Own words sv" in page
    assert "0203026-2" in page


def test_without_online_payment_fees_are_shown_with_the_reason(world: World, path: Path) -> None:
    path.to_the_account()
    path.post("payee/", {"way": "none"})
    path.post("texts/")
    path.post("live/")
    assert path.draft.state == Draft.State.LIVE
    assert not load_merchants().keys() & {"kauniainen"}


def test_a_draft_can_be_thrown_away(path: Path) -> None:
    path.post("details/", DETAILS)
    assert path.client.post(path.page("remove/")).status_code == 302
    assert not Draft.objects.exists()


def test_the_command_goes_the_same_way(world: World, path: Path, tmp_path: FilePath, monkeypatch: Any) -> None:
    monkeypatch.setenv("OWN_SECRET", "keksitty-salaisuus-1")
    names = {"sv": "Grankulla", "fi": "Kauniainen", "en": "Kauniainen"}
    plain = ("slug", "number", "business_id", "contact_email", "contact_phone", "languages", "work_list")
    document = {
        "cooperation": "helle",
        "details": {**{key: DETAILS[key] for key in plain}, "names": names, "cost_share": 10000},
        "theme": THEME,
        "branches": {"branches": [{"code": "KAU/PK", "names": names}]},
        "fee_types": {"is_confirmed": True},
        "payee": {"way": "own"},
        "account": {
            "provider": "paytrail",
            "account": "700001",
            "credentials": {"secret": {"environment": "OWN_SECRET"}},
        },
        "cards": [CARD],
    }
    file = tmp_path / "grankulla.json"
    file.write_text(json.dumps({**document, "theme": {**THEME, "brand": "#7fb3d5"}}), encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("municipality", "add", str(file), "--check")
    assert Draft.objects.count() == 1
    file.write_text(json.dumps(document), encoding="utf-8")
    said = StringIO()
    call_command("municipality", "add", str(file), "--test-payment", "--wait", "0", stdout=said)
    draft = Draft.objects.latest("pk")
    assert "Pay the test payment here: http" in said.getvalue()
    assert "nobody has approved the texts yet" not in said.getvalue()
    assert "missing: Accessibility statement and privacy notice" in said.getvalue()
    path.draft = draft
    path.pays_the_cent(world)
    file.write_text(json.dumps({**document, "texts": {"is_approved": True}}), encoding="utf-8")
    call_command("municipality", "add", str(file), "--go-live", stdout=said)
    assert Municipality.objects.get(slug="kauniainen").name("sv") == "Grankulla"
    call_command("municipality", "offline", "kauniainen", stdout=said)
    call_command("municipality", "show", "kauniainen", stdout=said)
    assert said.getvalue().count("kauniainen: offline") == 1
    assert "keksitty" not in said.getvalue()
