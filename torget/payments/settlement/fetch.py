"""Fetch settlements from providers that tell of them: list, order the report of each, and take it in when it comes.

Nothing is asked in a transaction. An order is a row that is committed before the provider is asked, so a lost answer or
a lost report is asked for again, and a report that comes twice is taken in once.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from torget.payments.checkout.models import MerchantAccount, Payment, SubMerchant
from torget.payments.checkout.providers import facts_of, provider_for
from torget.payments.core.months import HELSINKI
from torget.payments.core.ports import (
    PaymentProvider,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    Settlement,
)
from torget.payments.core.provider_extras import SettlementReports
from torget.payments.settlement.models import ReportOrder, SettlementFile
from torget.payments.settlement.storage import store_file
from torget.payments.settlement.take_in import Source, take_in_file

logger = logging.getLogger("torget.settlement")

LOOK_BACK = timedelta(days=21)
"""How far back settlements are listed; one that is known already is left alone."""
FIRST_LOOK_BACK = timedelta(days=120)
"""The first time for an account, so that payments of before are explained too."""
SETTLES_FOR = timedelta(days=60)
"""How long after its last payment an account that was switched off may still be settled."""
REPORT_COMES_WITHIN = timedelta(hours=2)
TRIES_MAX = 12
Clock = Callable[[], datetime]


class NoSuchOrder(LookupError):
    """Nobody of ours ordered a report to this address."""


def fetchable_accounts(clock: Clock) -> list[MerchantAccount]:
    """Those whose provider we speak with and which tells of settlements.

    One that no longer takes payments is settled for some time after the last that it took.
    """
    recent = Payment.objects.filter(merchant_account=OuterRef("pk"), created_at__gte=clock() - SETTLES_FOR)
    found = MerchantAccount.objects.filter(
        Q(is_active=True) | Exists(recent), provider__in=settings.PAYMENT_PROVIDERS
    ).order_by("pk")
    return [account for account in found if provider_for(facts_of(account)).capabilities.has_settlements]


def fetch_settlements(*, account: MerchantAccount, clock: Clock) -> int:
    """List what the provider has settled and order what we do not have; the number of settlements that are new.

    Raise ProviderRefused or ProviderUnavailable when the list cannot be had.
    """
    provider = provider_for(facts_of(account))
    parts = list(SubMerchant.objects.filter(merchant_account=account).values_list("identifier", flat=True))
    today = clock().astimezone(HELSINKI).date()
    is_first = not ReportOrder.objects.filter(merchant_account=account).exists()
    first = today - (FIRST_LOOK_BACK if is_first else LOOK_BACK)
    new = 0
    for part in parts or [""]:
        for settlement in provider.settlements(first=first, last=today, sub_merchant=part):
            new += _announce(account, settlement, part, clock())
    return new


def _announce(account: MerchantAccount, settlement: Settlement, part: str, at: datetime) -> bool:
    settled_at = settlement.settled_at or settlement.created_at
    _, is_new = ReportOrder.objects.get_or_create(
        merchant_account=account,
        settlement_id=settlement.provider_reference,
        defaults={
            "sub_merchant": part,
            "settlement_reference": settlement.reference,
            "settled_on": _day(settled_at),
            "token": uuid.uuid4(),
            "first_seen_at": at,
            "next_at": at,
        },
    )
    return is_new


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.astimezone(HELSINKI).date()


def order_due_reports(*, clock: Clock) -> int:
    """Ask for every report that is due; the number that the provider promised."""
    promised = 0
    while (order := _take_due(clock())) is not None:
        provider = cast(SettlementReports, _provider_of(order))
        try:
            provider.order_report(
                settlement_id=order.settlement_id,
                callback_url=f"{settings.PUBLIC_URL}/settlement-report/{order.token}/",
                sub_merchant=order.sub_merchant,
            )
        except (ProviderRefused, ProviderUnavailable) as error:
            logger.warning("report not ordered", extra={"order": order.pk, "error": str(error)})
            ReportOrder.objects.filter(pk=order.pk).update(trouble=str(error)[:300])
        else:
            promised += 1
            ReportOrder.objects.filter(pk=order.pk).update(ordered_at=clock(), trouble="")
    return promised


def _take_due(now: datetime) -> ReportOrder | None:
    """Committed before the provider is asked; what does not come is due again later, and not for ever."""
    with transaction.atomic():
        order = (
            ReportOrder.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("merchant_account")
            .filter(next_at__lte=now)
            .order_by("next_at", "pk")
            .first()
        )
        if order is None:
            return None
        order.tries += 1
        order.next_at = None if order.tries >= TRIES_MAX else now + REPORT_COMES_WITHIN * min(order.tries, 6)
        order.save(update_fields=["tries", "next_at"])
    return order


def _provider_of(order: ReportOrder) -> PaymentProvider:
    return provider_for(facts_of(order.merchant_account))


def receive_report(
    *, token: uuid.UUID, headers: Mapping[str, str], pieces: Iterable[bytes], at: datetime
) -> SettlementFile:
    """Take in a report that the provider sends to our address; raise NoSuchOrder, BadMessage or FileRefused.

    It is believed only if its signature holds over the whole of it; else nothing is kept but a file without a row.
    """
    order = ReportOrder.objects.select_related("merchant_account").filter(token=token).first()
    if order is None:
        raise NoSuchOrder(str(token))
    reports = cast(SettlementReports, _provider_of(order))
    check = reports.check_report(headers)

    def checked() -> Iterable[bytes]:
        for piece in pieces:
            check.update(piece)
            yield piece
        check.finish()

    stored = store_file(checked())
    with transaction.atomic():
        file, _ = take_in_file(
            source=_source_of(order),
            stored=stored,
            format_name=reports.report_format,
            name=f"{order.settlement_id}.csv",
            received_by="provider",
            channel=SettlementFile.Channel.PUSHED,
            at=at,
        )
        ReportOrder.objects.filter(Q(file=None) | ~Q(file=file), pk=order.pk).update(
            file=file, next_at=None, trouble="", ordered_at=F("ordered_at")
        )
    return file


def _source_of(order: ReportOrder) -> Source:
    account = order.merchant_account
    if account.municipality is not None:
        return Source(municipality=account.municipality, account=account)
    part = SubMerchant.objects.select_related("municipality").get(
        merchant_account=account, identifier=order.sub_merchant
    )
    return Source(municipality=part.municipality, account=account, sub_merchant=part.identifier)


def fetch_everything(*, clock: Clock) -> dict[str, str]:
    """All accounts, one after the other; what went wrong, by account."""
    troubles = {}
    for account in fetchable_accounts(clock):
        try:
            fetch_settlements(account=account, clock=clock)
        except ProviderError as error:
            logger.warning("settlements not listed", extra={"account": account.account, "error": str(error)})
            troubles[account.account] = str(error)
    order_due_reports(clock=clock)
    return troubles
