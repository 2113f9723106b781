"""What a payment service may keep: entered, corrected and withdrawn by who owns the account."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.database.staff import access_of, hire, sign_in
from tests.network import AGGREGATE, OWN_ACCOUNT, make_network
from torget.foundation.audit.models import AuditEntry
from torget.foundation.core.money import Money
from torget.payments.checkout.models import MerchantAccount
from torget.payments.settlement.agreed_fees import FeeTerms, MayNotAgree, agree_fee, fee_by
from torget.payments.settlement.reconciliation_models import AgreedFee

PAGE = "/staff/agreed-fees/"
FIRST_DAY = {"valid_from_day": "1", "valid_from_month": "9", "valid_from_year": "2026"}


@pytest.fixture
def network(db: None) -> None:
    make_network()


def account(name: str) -> MerchantAccount:
    return MerchantAccount.objects.get(account=name)


def text(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_entered_corrected_and_withdrawn(network: None) -> None:
    client, own = sign_in(hire("finance", "raasepori")), account(OWN_ACCOUNT)
    assert "Nothing is agreed" in text(client)
    form = {"method": " Osuuspankki ", "fixed": "0,35", "percent": "1,5 %", **FIRST_DAY}
    assert "Saved." in client.post(f"{PAGE}{own.pk}/new/", form, follow=True).content.decode()
    fee = AgreedFee.objects.get()
    assert (fee.method, fee.fixed_cents, fee.basis_points, fee.valid_from) == ("osuuspankki", 35, 150, date(2026, 9, 1))
    page = text(client)
    assert "€0.35<br>+ 1,5 %" in page
    assert "of €20.00 it keeps €0.65" in page
    again = client.post(f"{PAGE}{own.pk}/new/", form)
    assert again.status_code == 422
    assert "change those" in again.content.decode()
    assert 'value="1,5"' in client.get(f"{PAGE}change/{fee.pk}/").content.decode()
    client.post(f"{PAGE}change/{fee.pk}/", {**form, "percent": "", "fixed": "0,40"})
    fee.refresh_from_db()
    assert (fee.fixed_cents, fee.basis_points) == (40, 0)
    client.post(f"{PAGE}change/{fee.pk}/withdraw/")
    assert not AgreedFee.objects.exists()
    actions = ["agree fee", "correct agreed fee", "withdraw agreed fee"]
    assert (
        list(AuditEntry.objects.filter(action__in=actions).order_by("pk").values_list("action", flat=True)) == actions
    )


@pytest.mark.parametrize("percent", ["1,355", "-1", "100", "ett"])
def test_what_is_no_per_cent(network: None, percent: str) -> None:
    client, own = sign_in(hire("finance", "raasepori")), account(OWN_ACCOUNT)
    answer = client.post(f"{PAGE}{own.pk}/new/", {"fixed": "", "percent": percent, **FIRST_DAY})
    assert answer.status_code == 422
    assert "at most two decimals" in answer.content.decode()


def test_the_common_account_is_the_coordinators(network: None) -> None:
    member, coordinator = sign_in(hire("finance", "sipoo")), sign_in(hire("coordinator", "porvoo"))
    common = account(AGGREGATE)
    assert AGGREGATE in text(member)
    assert OWN_ACCOUNT not in text(member)
    assert member.get(f"{PAGE}{common.pk}/new/").status_code == 404
    assert coordinator.get(f"{PAGE}{common.pk}/new/").status_code == 200
    terms = FeeTerms(method="", fixed=Money(35), basis_points=0, valid_from=date(2026, 1, 1))
    with pytest.raises(MayNotAgree):
        agree_fee(account=common, terms=terms, access=access_of(hire("finance", "hanko")), at=timezone.now())
    assert sign_in(hire("library_desk", "porvoo")).get(PAGE).status_code == 404


def test_the_example_is_what_the_database_reckons(network: None) -> None:
    for cents, fixed, points in [(2000, 35, 150), (1, 0, 5000), (333, 0, 135), (99_999, 12, 9999), (50, 0, 100)]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s + round(%s * %s / 10000.0)::bigint", [fixed, cents, points])
            assert fee_by(Money(cents), Money(fixed), points).cents == cursor.fetchone()[0]
