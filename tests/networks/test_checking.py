"""A network without faults passes; every fault is named with its place, and all of them at once."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.networks.documents import ENVIRONMENT, employee, fee_type, good_documents, municipality, texts
from torget.foundation.core.business_id import is_business_id
from torget.onboarding.network.checking import check_network
from torget.onboarding.network.reading import read_documents, read_folder
from torget.sandbox.helle import helle_population
from torget.sandbox.helle_words import BRANCHES

NETWORKS = Path(__file__).parents[2] / "torget" / "config" / "networks"


def problems_of(documents: dict[str, Any]) -> list[str]:
    network, problems = read_documents(documents, ENVIRONMENT)
    return problems + check_network(network)


def at(value: Any, path: str) -> Any:
    for step in path.split("/"):
        value = value[int(step) if step.isdigit() else step]
    return value


def spoilt(path: str, value: Any) -> dict[str, Any]:
    """The good documents with one value changed; `path` such as places.json/municipalities/0/slug."""
    documents = good_documents()
    inside, _, last = path.rpartition("/")
    holder = at(documents, inside)
    holder[int(last) if last.isdigit() else last] = value
    return documents


def test_a_network_without_faults_passes() -> None:
    assert problems_of(good_documents()) == []


FIRST, COOPERATION = "places.json/municipalities/0", "places.json/cooperations/0"
AGGREGATE, OWN = "accounts.json/merchant_accounts/0", "accounts.json/merchant_accounts/1"
RULE, SHARED, PRINTS = "fees.json/payee_rules/0", "fees.json/payee_rules/1", "fees.json/fee_types/2"

SPOILT = [
    (f"{FIRST}/slug", "Uusi La", "municipalities[0] (Uusi La).slug: 'Uusi La' is not a slug"),
    (f"{FIRST}/number", 991, "municipalities[0] (uusila).number: is not a municipality number of three digits"),
    (f"{FIRST}/number", "٩٩١", "number: '٩٩١' is not a municipality number"),
    (f"{FIRST}/number", "992", "municipalities[1] (vanhala): the municipality number 992 is used before"),
    (f"{FIRST}/business_id", "9900018-2", "(uusila).business_id: 9900018-2 is not a business id"),
    (f"{FIRST}/business_id", "9900149-1", "(vanhala): the business id 9900149-1 is used before"),
    (f"{FIRST}/names", {"sv": "Nystad", "fi": "Uusila"}, "(uusila).names.en: is missing or empty"),
    (f"{FIRST}/names", {**texts("Uusila"), "se": "Ođđa"}, "(uusila).names.se: is an unknown key"),
    (f"{FIRST}/names/sv", "  ", "(uusila).names.sv: is missing or empty"),
    (f"{FIRST}/languages", [], "(uusila).languages: is empty"),
    (f"{FIRST}/languages", ["fi", "fi"], "(uusila).languages: names one twice"),
    (f"{FIRST}/languages", ["fi", "ru"], "(uusila).languages: 'ru' is none of en, fi, sv"),
    (f"{FIRST}/contact_email", "nobody", "(uusila).contact_email: 'nobody' is not an e-mail address"),
    (f"{FIRST}/contact_phone", "call us", "(uusila).contact_phone: 'call us' is not a telephone number"),
    (f"{FIRST}/theme/brand", "#aabbcc", "(uusila).theme: brand text on the brand colour: contrast"),
    (f"{FIRST}/theme/link", "red", "(uusila).theme: not a colour of the form #rrggbb: red"),
    (f"{FIRST}/theme", "blue", "(uusila).theme: is not an object"),
    (f"{FIRST}/colour", "blue", "(uusila).colour: is an unknown key"),
    (f"{FIRST}/branches/0/code", "VAN/PK", "the branch code VAN/PK is used before"),
    (f"{FIRST}/branches/0/code", "U" * 21, "branches[0] ({}).code: has more than 20 characters".format("U" * 21)),
    (f"{COOPERATION}/slug", "uusila", "cooperations[0] (uusila): the slug uusila is used before"),
    (f"{COOPERATION}/coordinator", "kaukala", "(uus).coordinator: kaukala is not a member"),
    (f"{COOPERATION}/members", {"uusila": 1, "kaukala": 1}, "(uus).members: there is no municipality kaukala"),
    (f"{COOPERATION}/members/vanhala", 0, "(uus).members.vanhala: 0 is not a share"),
    (f"{COOPERATION}/members/vanhala", 1.5, "(uus).members.vanhala: 1.5 is not a share"),
    (f"{COOPERATION}/members/vanhala", True, "(uus).members.vanhala: True is not a share"),
    (f"{COOPERATION}/library_system", "", "(uus).library_system: is missing; library payments need one"),
    (f"{COOPERATION}/service", "decisions", "(uus).library_system: only library payments have one"),
    (f"{COOPERATION}/service", "parking", "(uus).service: 'parking' is none of"),
    (f"{PRINTS}/not_payable_reasons", {}, "(PRINTS).not_payable_reasons: is missing; say why"),
    (f"{PRINTS}/not_payable_reasons", {"sv": "x"}, "(PRINTS).not_payable_reasons.fi: is missing or empty"),
    (f"{PRINTS}/is_payable", True, "(PRINTS).not_payable_reasons: it can be paid online"),
    (f"{PRINTS}/is_payable", "no", "(PRINTS).is_payable: is not true or false"),
    (f"{PRINTS}/vat_permille", 25.5, "(PRINTS).vat_permille: is not a whole number"),
    (f"{PRINTS}/vat_permille", 2550, "(PRINTS).vat_permille: 2550 is not between 0 and 500"),
    (f"{PRINTS}/library_system", "kuu", "(PRINTS).library_system: no cooperation has the library system kuu"),
    (f"{PRINTS}/code", "ILL", "fee_types[2] (ILL): the fee type uus ILL is used before"),
    (f"{PRINTS}/ledger_account", "", "(PRINTS).ledger_account: is empty"),
    (f"{PRINTS}/product_codes", {"default": 7}, "(PRINTS).product_codes.default: is not a text"),
    (f"{RULE}/fee_type", "LATE", "payee_rules[0] (LATE).fee_type: there is no fee type LATE"),
    (f"{RULE}/fee_type", "OVERDUE", "payee_rules: uus has no rule without a fee type"),
    (f"{RULE}/sources", ["fee_branch", "fixed_shares"], "payee_rules[0].sources: fixed_shares stands alone"),
    (f"{RULE}/collector", "uusila", "payee_rules[0]: only fixed_shares has a collector and shares"),
    (f"{SHARED}/collector", "", "payee_rules[1] (ILL).collector: is missing"),
    (f"{SHARED}/collector", "kaukala", "payee_rules[1] (ILL).collector: there is no municipality kaukala"),
    (f"{SHARED}/shares", {}, "payee_rules[1] (ILL).shares: is missing"),
    (f"{SHARED}/shares", {"kaukala": 1}, "payee_rules[1] (ILL).shares: there is no municipality kaukala"),
    (f"{SHARED}/fee_type", None, "payee_rules[1]: the payee rule uus (default) is used before"),
    (f"{AGGREGATE}/municipality", "uusila", "(100): belongs to either a municipality or a cooperation"),
    (f"{AGGREGATE}/cooperation", "kuu", "(100).cooperation: there is no cooperation kuu"),
    (f"{AGGREGATE}/sub_merchants", {}, "(100).sub_merchants: is missing"),
    (f"{AGGREGATE}/sub_merchants", {"kaukala": "1"}, "(100).sub_merchants: there is no municipality kaukala"),
    (f"{AGGREGATE}/sub_merchants", {"uusila": "1", "vanhala": "1"}, "sub_merchants.vanhala: the identifier 1 is used"),
    (f"{AGGREGATE}/credentials", {}, "(100).credentials: is empty"),
    (f"{OWN}/account", "100", "merchant_accounts[1] (100): the merchant account paytrail 100 is used before"),
    (f"{OWN}/sub_merchants", {"uusila": "1"}, "(200).sub_merchants: only a cooperation's account has them"),
    (f"{OWN}/credentials/secret", {"environment": "NOT_SET"}, "the environment variable NOT_SET is not set"),
    (f"{OWN}/credentials/secret", 7, 'credentials.secret: is neither a text nor {"environment": NAME}'),
    ("staff.json/demo_staff/0/roles/0/municipality", "uusila", "every role but the operator's is for one municipality"),
    ("staff.json/demo_staff/1/roles/0/municipality", "kaukala", "roles[0] (library_desk).municipality: there is no"),
    ("staff.json/demo_staff/1/roles/0/municipality", "", "(library_desk): every role but the operator's"),
    ("staff.json/demo_staff/1/roles/0/answers_work_list", False, "demo_staff: nobody answers the work list of uusila"),
    ("staff.json/demo_staff/1/roles/0/kind", "mayor", "roles[0] (mayor).kind: 'mayor' is none of"),
    ("staff.json/demo_staff/1/username", "operator", "demo_staff[1] (operator): the username operator is used before"),
    ("staff.json/demo_staff/1/language", None, "demo_staff[1] (desk.uusila).language: is missing"),
    ("staff.json/demo_staff", {}, "staff.json: demo_staff: is not a list"),
    ("staff.json/demo_staff/1", "Aino", "staff.json: demo_staff[1]: is not an object"),
    ("staff.json/staff", [], "staff.json: staff: is an unknown key"),
]


@pytest.mark.parametrize(("path", "value", "expected"), SPOILT)
def test_each_fault_is_named_with_its_place(path: str, value: Any, expected: str) -> None:
    found = problems_of(spoilt(path, value))
    assert any(expected in problem for problem in found), found


def test_a_municipality_has_one_active_account_and_one_who_answers() -> None:
    documents = good_documents()
    own = documents["accounts.json"]["merchant_accounts"][1]
    documents["accounts.json"]["merchant_accounts"].append({**own, "account": "300"})
    role = {"kind": "library_desk", "municipality": "vanhala", "answers_work_list": True}
    documents["staff.json"]["demo_staff"].append(employee("second", role, {**role, "answers_work_list": False}))
    found = problems_of(documents)
    assert len(found) == 3
    assert "(300): the municipality with an active account vanhala is used before" in found[0]
    assert "the municipality whose work list is answered vanhala is used before" in found[1]
    assert "the role library_desk vanhala is used before" in found[2]


def test_an_account_that_ended_may_stand_beside_its_successor() -> None:
    documents = good_documents()
    own = documents["accounts.json"]["merchant_accounts"][1]
    documents["accounts.json"]["merchant_accounts"].append({**own, "account": "300", "is_active": False})
    assert problems_of(documents) == []


def test_a_member_of_nothing_has_no_part_in_the_aggregate() -> None:
    documents = good_documents()
    documents["places.json"]["municipalities"].append(municipality("kolmala", "993", "9900407-8"))
    documents["staff.json"]["demo_staff"] = []
    documents["accounts.json"]["merchant_accounts"][0]["sub_merchants"]["kolmala"] = "103"
    assert problems_of(documents) == [
        "accounts.json: merchant_accounts[0] (100).sub_merchants: kolmala is not a member of uus"
    ]


@override_settings(PAYMENT_PROVIDERS={"paytrail": {}})
def test_an_account_without_a_connector_only_has_reports() -> None:
    documents = good_documents()
    account = at(documents, OWN)
    account["provider"] = "stripe"
    assert "nobody can pay through stripe" in problems_of(documents)[0]
    account["is_active"] = False
    del account["credentials"]
    assert problems_of(documents) == []
    account["provider"] = "piggybank"
    assert "there is no provider piggybank" in problems_of(documents)[0]


def test_all_problems_come_at_once() -> None:
    documents = good_documents()
    documents["places.json"]["municipalities"][0]["business_id"] = "1-1"
    documents["fees.json"]["fee_types"].append(fee_type("LOST", legal_nature="moral"))
    del documents["accounts.json"]["merchant_accounts"][0]["provider"]
    assert len(problems_of(documents)) == 3


def test_a_secret_comes_from_the_environment_and_never_into_a_problem() -> None:
    network, _ = read_documents(good_documents(), ENVIRONMENT)
    assert network.merchant_accounts[1].credentials == {"secret": "from-outside"}
    found = problems_of(spoilt(f"{OWN}/credentials/secret", ["very-secret"]))
    assert len(found) == 1
    assert "very-secret" not in found[0]


def write(folder: Path, documents: dict[str, Any]) -> Path:
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    network, problems = read_folder(write(tmp_path, good_documents()), ENVIRONMENT)
    assert problems == []
    assert network == read_documents(good_documents(), ENVIRONMENT)[0]


def test_files_that_are_not_json_and_keys_that_stand_twice_are_named(tmp_path: Path) -> None:
    write(tmp_path, good_documents())
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "twice.json").write_text('{"fee_types": [], "fee_types": []}', encoding="utf-8")
    _, problems = read_folder(tmp_path, ENVIRONMENT)
    assert len(problems) == 2
    assert problems[0].startswith("broken.json: is not readable JSON")
    assert "'fee_types' stands twice" in problems[1]


def test_a_shield_must_be_there(tmp_path: Path) -> None:
    shield = "design/shields/nowhere.svg"
    _, problems = read_folder(write(tmp_path, spoilt(f"{FIRST}/theme/shield", shield)), ENVIRONMENT)
    assert len(problems) == 1
    assert shield in problems[0]


def test_a_folder_without_files_is_no_network(tmp_path: Path) -> None:
    assert len(read_folder(tmp_path / "nothing", {})[1]) == 1


def test_helle_has_no_faults() -> None:
    network, problems = read_folder(NETWORKS / "helle", {})
    assert problems + check_network(network) == []
    assert len(network.municipalities) == 12
    assert {branch.code for row in network.municipalities for branch in row.branches} == set(BRANCHES)


def test_helle_describes_every_fee_of_its_population() -> None:
    network, _ = read_folder(NETWORKS / "helle", {})
    kinds = {fee.kind for patron in helle_population().patrons for fee in patron.fees}
    assert kinds == {row.code for row in network.fee_types}


def test_the_sandbox_knows_every_account_of_helle() -> None:
    network, _ = read_folder(NETWORKS / "helle", {})
    rows = json.loads((NETWORKS / "helle_sandbox_merchants.json").read_text(encoding="utf-8"))
    others = json.loads((NETWORKS / "helle_sandbox_providers.json").read_text(encoding="utf-8"))
    known = [("paytrail", row) for row in rows] + [(name, row) for name in others for row in others[name]]
    assert {
        (provider, row["account"], row["secret"], frozenset(row.get("sub_merchants", ()))) for provider, row in known
    } == {
        (row.provider, row.account, row.credentials["secret"], frozenset(row.sub_merchants.values()))
        for row in network.merchant_accounts
        if row.is_active
    }
    takes_money = {row.municipality for row in network.merchant_accounts} | {
        slug for row in network.merchant_accounts for slug in row.sub_merchants
    }
    assert takes_money - {""} == network.slugs


@pytest.mark.parametrize("text", ["0737546-2", "9900018-1", "9900611-0"])
def test_business_ids_whose_check_digit_holds(text: str) -> None:
    assert is_business_id(text)


@pytest.mark.parametrize("text", ["0737546-3", "07375462", "737546-2", "0737546-2 ", "٠٧٣٧٥٤٦-2", "9900078-0", ""])
def test_what_is_no_business_id(text: str) -> None:
    assert not is_business_id(text)
