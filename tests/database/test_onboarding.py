"""A municipality comes in: step by step, judged by the rules of network files, and tried with a cent."""

from tests.database.guided import DETAILS, THEME, Path, in_all_languages, live
from tests.network import OWN_ACCOUNT
from tests.world import World, make_fee, make_patron
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Branch, Membership, Municipality, PublishedText
from torget.foundation.people.models import Role
from torget.onboarding.models import Draft, OneCent
from torget.payments.checkout.models import Payment
from torget.payments.ledger.models import Posting
from torget.sandbox.faults import Fault
from torget.sandbox.population import SandboxPopulation


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
    answer = path.post(
        "branches/", {"hand_0": "1", "code_0": "PRV/PK", **in_all_languages("name_0", "x")}, goes_on=False
    )
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
