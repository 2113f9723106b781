"""A municipality on the guided path goes live and offline, by whom it may, and by the command."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path as FilePath
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.database.guided import CARD, DETAILS, THEME, Path, cooperation_id, live
from tests.database.staff import browser, hire, sign_in
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Membership, Municipality
from torget.foundation.people.access import load_access
from torget.foundation.people.models import Employee
from torget.onboarding.draft import ChangedMeanwhile, answer_step
from torget.onboarding.models import Draft
from torget.onboarding.network.rows import Network
from torget.onboarding.network.saving import save_network
from torget.onboarding.network.stored import stored_network
from torget.onboarding.steps import Step
from torget.payments.checkout.merchants import load_merchants
from torget.payments.checkout.models import MerchantAccount, Payment
from torget.payments.checkout.open_page import PageNotAvailable


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
    assert other.post("/staff/onboarding/begin/", {"cooperation": cooperation_id()})["Location"] == "/staff/onboarding/"
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
