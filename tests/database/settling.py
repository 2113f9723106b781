"""Files of providers and banks for tests, and reading them as the product does."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import override_settings

from tests.world import World
from torget.foundation.cooperations.models import Municipality
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.core.settlement import Problem
from torget.payments.ledger.models import Posting
from torget.payments.settlement.fetch import fetch_everything
from torget.payments.settlement.formats import uploaded_format
from torget.payments.settlement.models import BankAccount, SettlementFile
from torget.payments.settlement.read_file import read_settlement_file
from torget.payments.settlement.reconcile import reconcile_account
from torget.payments.settlement.reconciliation_models import Item, Run
from torget.payments.settlement.report import FileReport, report_from_json
from torget.payments.settlement.storage import store_file
from torget.payments.settlement.take_in import Source, take_in_file
from torget.sandbox.bank.camt import Entry, Statement, Transaction, camt
from torget.sandbox.providers.dispatcher import HttpDelivery
from torget.sandbox.providers.outbox import Callback
from torget.sandbox.server import serving

AT = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
HEADING = (
    "entryDate;created;amount;status;reference;paymentMethod;stamp;checkoutReference;settlementId;settlementDate;"
    "settlementReference;originalTradeReference;paymentMethodFee;paymentMethodCommission;shopInShopCommission\n"
)
IBANS = {"raasepori": "FI2112345600000785", "porvoo": "FI5810171000000122", "sipoo": "FI1410093000123458"}


def csv_row(
    stamp: str,
    cents: int,
    *,
    reference: str = "",
    fee_cents: int = 0,
    settlement: str = "1",
    settlement_reference: str = "2026112512",
    day: date = date(2026, 11, 24),
    original: str = "",
    viite: str = "",
) -> str:
    amount, fee = f"{cents / 100:.2f}".replace(".", ","), f"{fee_cents / 100:.2f}".replace(".", ",")
    return (
        f"{day:%d-%m-%Y};12:00;{amount};Paid and settled;{viite};osuuspankki;{stamp};{reference or stamp};{settlement};"
        f"25-11-2026;{settlement_reference};{original};{fee};0,00;0,00\n"
    )


def csv_file(*rows: str) -> bytes:
    return (HEADING + "".join(rows)).encode()


def source_of(slug: str, *, is_bank: bool = False) -> Source:
    municipality = Municipality.objects.get(slug=slug)
    if is_bank:
        return Source(municipality=municipality)
    part = SubMerchant.objects.filter(municipality=municipality).select_related("merchant_account").first()
    if part is not None:
        return Source(municipality=municipality, account=part.merchant_account, sub_merchant=part.identifier)
    return Source(municipality=municipality, account=MerchantAccount.objects.get(municipality=municipality))


def take_in(content: bytes | Sequence[bytes], slug: str = "raasepori", *, is_bank: bool = False, **more: Any) -> int:
    source = source_of(slug, is_bank=is_bank)
    stored = store_file([content] if isinstance(content, bytes) else content)
    file, _ = take_in_file(
        source=source,
        stored=stored,
        format_name=more.get("format_name") or uploaded_format(source.provider, stored.head) or "",
        name="file",
        received_by="test",
        channel=SettlementFile.Channel.UPLOADED,
        at=AT,
    )
    return file.pk


def read(content: bytes | Sequence[bytes], slug: str = "raasepori", *, is_bank: bool = False) -> FileReport:
    """Take in and read; the report."""
    file_id = take_in(content, slug, is_bank=is_bank)
    read_settlement_file(file_id=file_id, clock=lambda: AT)
    return report_from_json(SettlementFile.objects.get(pk=file_id).report)


def problems(report: FileReport) -> dict[Problem, int]:
    return {finding.problem: finding.count for finding in report.findings}


def add_bank_account(slug: str) -> BankAccount:
    municipality = Municipality.objects.get(slug=slug)
    return BankAccount.objects.create(iban=IBANS[slug], municipality=municipality, added_at=AT, added_by="test")


def waiting_reports(world: World) -> list[Callback]:
    return [one for one in world.paytrail.outbox.waiting() if "/settlement-report/" in one.url]


@contextmanager
def web_over_http(world: World) -> Iterator[Callable[[], list[int]]]:
    """Our own pages on a real port; what is yielded lets the provider send what it has planned, and gives the codes."""
    django = get_wsgi_application()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return [b"".join(django(environ, start_response))]
        finally:
            connections.close_all()

    delivery = HttpDelivery()

    def deliver() -> list[int]:
        codes = []
        for callback in world.paytrail.outbox.take_due(limit=100):
            if "/settlement-report/" in callback.url:
                # Whatever our address was when it was ordered.
                path = urlsplit(callback.url).path
                codes.append(delivery(replace(callback, url=f"{settings.PUBLIC_URL}{path}")))
                world.paytrail.outbox.record(callback, code=codes[-1])
            else:
                # About a payment, at the address of before.
                world.deliver(callback)
                world.paytrail.outbox.record(callback, code=200)
        return codes

    with override_settings(WHITENOISE_AUTOREFRESH=True), serving(app) as url, override_settings(PUBLIC_URL=url):
        yield deliver
    delivery.close()


def fetch(world: World) -> None:
    """List, order, receive and read everything that the provider has settled by now."""
    with web_over_http(world) as deliver:
        assert fetch_everything(clock=world.clock) == {}
        assert set(deliver()) <= {200}
    for file_id in SettlementFile.objects.filter(state="received").values_list("pk", flat=True):
        read_settlement_file(file_id=file_id, clock=world.clock)


def reconcile(world: World, *accounts: str, **more: Any) -> list[Run]:
    """A run for each account, or for those named."""
    chosen = MerchantAccount.objects.order_by("pk")
    chosen = chosen.filter(account__in=accounts) if accounts else chosen
    return [reconcile_account(account=one, clock=world.clock, started_by="test", **more) for one in chosen]


def classes(**which: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for row_class in Item.objects.filter(**which).values_list("row_class", flat=True):
        found[row_class] = found.get(row_class, 0) + 1
    return found


def balances_of(slug: str) -> dict[str, int]:
    """What the journal has on each account of the municipality that is not zero."""
    sums: dict[str, int] = {}
    municipality_id = Municipality.objects.get(slug=slug).pk
    rows = Posting.objects.filter(entry__municipality_id=municipality_id).values_list("account", "amount_cents")
    for account, cents in rows:
        sums[account] = sums.get(account, 0) + cents
    return {account: cents for account, cents in sums.items() if cents}


def bank_statement(
    slug: str, *arrived: tuple[int, str], number: int = 1, opening: int = 0, day: date = date(2026, 11, 26), **more: Any
) -> bytes:
    """The municipality's account with these amounts and references on one day."""
    entries = tuple(
        Entry(
            archive_id=f"A{number}-{place}",
            booked_on=day,
            transactions=(Transaction(amount_cents=cents, reference=reference, message="Paytrail tilitys"),),
        )
        for place, (cents, reference) in enumerate(arrived)
    )
    statement = Statement(
        iban=IBANS[slug],
        statement_id=f"S{number}",
        sequence_number=number,
        day=day,
        opening_cents=opening,
        entries=entries,
    )
    return camt([statement], **more)
