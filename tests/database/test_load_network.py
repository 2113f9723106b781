"""Loading a network: complete, idempotent, all or nothing, and never a test account in production."""

import copy
import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.networks.documents import ENVIRONMENT, good_documents
from torget.foundation.audit.models import AuditEntry
from torget.foundation.cooperations.models import Branch, Cooperation, Membership, Municipality
from torget.foundation.people.models import Employee, Role
from torget.onboarding.network.checking import check_network
from torget.onboarding.network.reading import read_documents
from torget.onboarding.network.saving import DEMO_PASSWORD, Loaded, NetworkConflict, save_network
from torget.payments.checkout.credentials import decrypt_credentials
from torget.payments.checkout.merchants import load_merchants
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.core.fees import PayeeSource
from torget.payments.fees.models import FeeType, PayeeRule
from torget.payments.fees.policy import load_policy

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LABELS = ("cooperations", "people", "fees", "checkout", "audit")


@pytest.fixture(autouse=True)
def _quick_hash(settings: Settings) -> None:
    """Scrypt takes a third of a second, and these tests are not about it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def documents() -> dict[str, Any]:
    return good_documents()


def save(documents: dict[str, Any], *, with_demo_staff: bool = True) -> Loaded:
    network, problems = read_documents(documents, ENVIRONMENT)
    assert problems + check_network(network) == []
    return save_network(name="uus", network=network, with_demo_staff=with_demo_staff, at=NOW)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the apps that loading writes to."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for label in LABELS
        for model in apps.get_app_config(label).get_models()
    }


def credentials_of(account: str) -> dict[str, str]:
    return decrypt_credentials(bytes(MerchantAccount.objects.get(account=account).credentials))


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("load_network", *arguments, stdout=out)
    return out.getvalue()


def test_helle_is_complete(settings: Settings) -> None:
    settings.DEMO = True
    command("helle", "--with-demo-staff")
    assert Municipality.objects.count() == 12
    assert Branch.objects.count() == 30
    cooperation = Cooperation.objects.get(slug="helle")
    assert cooperation.coordinator.slug == "porvoo"
    assert cooperation.members.count() == 12
    merchants = load_merchants()
    assert len(merchants) == 12
    assert merchants["porvoo"].sub_merchant == "695874"
    assert merchants["sipoo"].owner_id == cooperation.coordinator_id
    assert merchants["raasepori"].sub_merchant is None
    policy = load_policy(library_system="helle", merchants=frozenset(merchants))
    assert policy.payee_rules[None].sources == (PayeeSource.FEE_BRANCH, PayeeSource.ITEM_HOME)
    assert policy.payee_rules["ILL"].collector == "porvoo"
    assert sum(policy.payee_rules["ILL"].shares.values()) == 150_800
    assert policy.fee_types["COPIES"].is_payable
    assert policy.fee_types["COPIES"].vat_permille == 255
    assert {code for code, rule in policy.fee_types.items() if not rule.is_payable} == {"PRINTS", "COLLECTION"}
    assert policy.municipality_of_branch["RAS/KAR"] == "raasepori"
    answering = Role.objects.filter(answers_work_list=True)
    assert answering.values("municipality").distinct().count() == 12
    assert Employee.objects.filter(is_superuser=True).count() == 0


def test_a_second_run_changes_nothing_and_rewrites_no_secret(settings: Settings) -> None:
    settings.DEMO = True
    command("helle", "--with-demo-staff")
    before = everything()
    assert ": 0 created, 0 changed, 0 removed, " in command("helle", "--with-demo-staff")
    assert everything() == before
    assert len(before["audit.AuditEntry"]) == 1


def test_secrets_are_sealed_and_open_again(documents: dict[str, Any]) -> None:
    save(documents)
    sealed = bytes(MerchantAccount.objects.get(account="200").credentials)
    assert b"from-outside" not in sealed
    assert decrypt_credentials(sealed) == {"secret": "from-outside"}


def test_a_new_secret_is_written_and_a_lost_key_is_replaced(documents: dict[str, Any], settings: Settings) -> None:
    save(documents)
    documents["accounts.json"]["merchant_accounts"][0]["credentials"] = {"secret": "invented-two"}
    assert save(documents).changed == 1
    assert credentials_of("100") == {"secret": "invented-two"}
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert save(documents).changed == 2
    assert credentials_of("100") == {"secret": "invented-two"}


def test_a_new_first_key_alone_rewrites_nothing(documents: dict[str, Any], settings: Settings) -> None:
    save(documents)
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *django_settings.CREDENTIAL_KEYS]
    assert not save(documents).is_changed


def test_changes_are_brought_over_and_counted(documents: dict[str, Any]) -> None:
    save(documents)
    places, fees = documents["places.json"], documents["fees.json"]
    places["municipalities"][0]["contact_phone"] = "+358 19 555 0001"
    del places["cooperations"][0]["members"]["vanhala"]
    fees["fee_types"][0]["vat_permille"] = 140
    del fees["payee_rules"][1]
    documents["accounts.json"]["merchant_accounts"][0]["sub_merchants"] = {"uusila": "109"}
    loaded = save(documents)
    assert (loaded.created, loaded.changed, loaded.removed) == (0, 3, 2)
    assert Municipality.objects.get(slug="uusila").contact_phone == "+358 19 555 0001"
    assert Membership.objects.count() == 1
    assert FeeType.objects.get(code="OVERDUE").vat_permille == 140
    assert PayeeRule.objects.count() == 1
    assert SubMerchant.objects.get().identifier == "109"
    assert AuditEntry.objects.order_by("id").last().detail == {"created": 0, "changed": 3, "removed": 2}  # type: ignore[union-attr] # an entry exists


def test_a_closed_branch_and_an_ended_fee_type_are_kept_and_told(documents: dict[str, Any]) -> None:
    save(documents)
    documents["places.json"]["municipalities"][1]["branches"] = []
    documents["fees.json"]["fee_types"].pop()
    assert save(documents).kept == ["branch VAN/PK", "fee type uus PRINTS"]
    assert Branch.objects.filter(code="VAN/PK").exists()


def test_an_account_cannot_silently_disappear(documents: dict[str, Any]) -> None:
    save(documents)
    accounts = documents["accounts.json"]["merchant_accounts"]
    old = copy.deepcopy(accounts[1])
    accounts[1]["account"] = "300"
    documents["places.json"]["municipalities"][0]["contact_phone"] = "+358 19 555 0001"
    before = everything()
    with pytest.raises(NetworkConflict, match="paytrail 200: is active in the database but not in the files"):
        save(documents)
    assert everything() == before
    accounts.append({**old, "is_active": False})
    save(documents)
    assert load_merchants()["vanhala"].merchant_account_id == MerchantAccount.objects.get(account="300").id


def test_the_work_list_goes_over_to_another_person(documents: dict[str, Any]) -> None:
    save(documents)
    role = Role.objects.get(municipality__slug="uusila", answers_work_list=True)
    other = Employee.objects.create(username="other", email="other@example.fi", full_name="Keksitty Toinen")
    Role.objects.filter(id=role.id).update(answers_work_list=False)
    Role.objects.create(employee=other, kind="finance", municipality=role.municipality, answers_work_list=True)
    save(documents)
    assert Role.objects.get(municipality__slug="uusila", answers_work_list=True).employee == role.employee


def test_roles_that_the_files_do_not_name_end(documents: dict[str, Any]) -> None:
    save(documents)
    desk = Employee.objects.get(username="desk.uusila")
    Role.objects.create(employee=desk, kind="operator")
    assert save(documents).removed == 1
    assert desk.roles.count() == 1


def test_demo_staff_can_sign_in_and_a_changed_password_stays(documents: dict[str, Any]) -> None:
    save(documents)
    assert authenticate(username="desk.uusila", password=DEMO_PASSWORD) is not None
    desk = Employee.objects.get(username="desk.uusila")
    desk.set_password("something else")
    desk.save()
    save(documents)
    assert authenticate(username="desk.uusila", password=DEMO_PASSWORD) is None


def test_without_the_option_no_employee_comes(documents: dict[str, Any]) -> None:
    save(documents, with_demo_staff=False)
    assert Employee.objects.count() == 0
    assert Municipality.objects.count() == 2


def write(folder: Path, documents: dict[str, Any]) -> str:
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return str(folder)


def test_any_folder_of_the_form_loads(
    documents: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VANHALA_SECRET", "from-outside")
    folder = write(tmp_path, documents)
    assert "no problems" in command(folder, "--check")
    assert Municipality.objects.count() == 0
    assert "created, 0 changed" in command(folder, "--with-test-accounts")
    assert Municipality.objects.count() == 2


def test_a_faulty_network_names_all_faults_and_loads_nothing(documents: dict[str, Any], tmp_path: Path) -> None:
    documents["places.json"]["municipalities"][0]["business_id"] = "1234567-8"
    with pytest.raises(CommandError, match="2 problems") as refused:
        command(write(tmp_path, documents), "--with-test-accounts")
    assert "business_id" in str(refused.value)
    assert "VANHALA_SECRET is not set" in str(refused.value)
    assert Municipality.objects.count() == 0


def test_production_gets_neither_test_accounts_nor_public_passwords(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="settle fees without money"):
        command("helle")
    with pytest.raises(CommandError, match="public password"):
        command("helle", "--with-demo-staff", "--with-test-accounts")
    assert Municipality.objects.count() == 0
