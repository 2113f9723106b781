"""The one cent that tries a merchant account: at every provider, with what is wrong, and in a provider's report."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from tests.database.guided import Path, live
from tests.database.settling import balances_of, classes, csv_file, csv_row, read, reconcile
from tests.database.staff import access_of, hire
from tests.other_providers import provider_at
from tests.world import World
from torget.onboarding.models import OneCent
from torget.payments.checkout.models import Payment
from torget.payments.checkout.providers import provider_title
from torget.payments.core.reconciliation import TRIAL
from torget.payments.ledger.models import JournalEntry
from torget.payments.settlement.audit.audit import audit_settlements
from torget.payments.settlement.findings import open_findings
from torget.payments.settlement.item_words import explain
from torget.payments.settlement.reconciliation_models import Item
from torget.sandbox.providers.__main__ import vendor_named
from torget.sandbox.providers.merchants import Merchant


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    account: str
    secret: str = "keksitty-salaisuus"
    more: dict[str, str] = field(default_factory=dict)
    """Its further credentials."""
    cents: int = 1
    goes_back: str = OneCent.Return.RETURNED
    refusal: str
    """Its own words about a wrong secret."""

    @property
    def typed(self) -> dict[str, str]:
        credentials = {"secret": self.secret, **self.more}
        return {
            "provider": self.name,
            "account": self.account,
            **{f"credentials_{name}": value for name, value in credentials.items()},
        }

    @property
    def merchant(self) -> Merchant:
        url = f"http://127.0.0.1:8000/provider/{self.name}/{self.account}/callback/"
        return Merchant(
            account=self.account, secret=self.secret, name="Kauniainen", more={**self.more, "webhook_url": url}
        )


CASES = [
    Case(name="ceepos", account="KAUNIAINEN", goes_back=OneCent.Return.BY_HAND, refusal="99: the request is faulty"),
    Case(name="visma_pay", account="kauniaisten-avain", refusal="1: authcode does not fit"),
    Case(
        name="mobilepay",
        account="990235",
        more={"client_id": "client-kau", "subscription_key": "subscription-kau", "webhook_secret": "webhook-kau"},
        refusal="401: the keys of the sales unit are not taken",
    ),
    Case(
        name="stripe",
        account="acct_kauniainen",
        more={"webhook_secret": "whsec_kau"},
        cents=50,
        refusal="401 Invalid API Key provided",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_secret_is_told_and_the_cent_goes_both_ways(case: Case, path: Path) -> None:
    with provider_at(case.name, vendor_named(case.name), case.merchant) as sandbox:
        path.to_the_account()
        path.post("account/", {**case.typed, "credentials_secret": "wrong"})
        page = path.client.get(path.page("account/test/"))
        assert page.context["cent"].state == OneCent.State.REFUSED
        assert f"{provider_title(case.name)} gave no payment page" in page.content.decode()
        assert case.refusal in page.content.decode()
        path.post("account/", case.typed)
        cent = OneCent.objects.latest("pk")
        assert (cent.state, cent.amount_cents, cent.detail) == (OneCent.State.OPEN, case.cents, "")
        assert escape(cent.pay_url) in path.client.get(path.page("account/test/")).content.decode()
        back = sandbox.carry_out(urlsplit(cent.pay_url).path.rsplit("/", 1)[-1], "pay").return_url
        assert back is not None
        answer = path.client.get(f"{urlsplit(back).path}?{urlsplit(back).query}")
        assert answer["Location"] == path.page("account/test/")
        assert path.client.get(path.page("account/test/")).context["keeps_asking"] is False
        cent.refresh_from_db()
        assert (cent.state, cent.given_back) == (OneCent.State.PAID, case.goes_back), cent.detail
        assert not Payment.objects.exists()
        assert not JournalEntry.objects.exists()


@pytest.mark.usefixtures("settlement_folder")
def test_a_report_that_names_the_cent_is_understood(world: World, path: Path) -> None:
    """A real merchant account pays the cent out; it is on nobody's work list and in no income."""
    live(path, world)
    cent = OneCent.objects.get()
    read(
        csv_file(
            csv_row(
                str(cent.token),
                1,
                reference=cent.provider_reference,
            ),
            csv_row("", -1, reference="refund-1", original=cent.provider_reference),
            # Of just that stamp and another amount: that is not what we asked for.
            csv_row(str(cent.token), 100, reference="another"),
        ),
        "kauniainen",
    )
    reconcile(world)
    assert classes(kind=TRIAL) == {"matched": 2}
    assert classes(kind="payment") == {"missing_here": 1}
    assert not JournalEntry.objects.filter(postings__account__startswith="income").exists()
    # What the cent was in and out is even again; only the row that nobody knows is left.
    assert balances_of("kauniainen") == {"provider": 100, "suspense": -100}
    assert open_findings(access_of(hire("finance", "kauniainen"))).get().kind == "payment"
    with override("en"):
        assert "no fee and no income" in explain(Item.objects.filter(kind=TRIAL)[0]).why
    assert audit_settlements(at=timezone.now()).disagreements == ()
