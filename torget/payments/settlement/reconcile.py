"""Compare our books, the provider's rows and the bank, for one merchant account: each step a set, each in one commit.

Doing it again changes nothing that has not changed. What is compared is found by what is new: entries of the journal
since the run before, files that are read and not matched yet, and every item that is still open.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from torget.foundation.core.money import Money
from torget.payments.checkout.load import PaymentFacts, load_payment
from torget.payments.checkout.models import MerchantAccount, SubMerchant
from torget.payments.checkout.providers import facts_of, provider_for
from torget.payments.checkout.receive import MessageNotBelieved, apply_statement, ask_provider
from torget.payments.core.checkout import UNPAID
from torget.payments.core.months import HELSINKI
from torget.payments.core.ports import PaymentStatus, ProviderError, ProviderMessage
from torget.payments.core.reconciliation import RowClass, waits_until
from torget.payments.settlement.book_items import book_items
from torget.payments.settlement.match_bank import match_bank
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.reconciliation_models import Item, Run
from torget.payments.settlement.statements import classify_sql, load_sql, lock, look_again

logger = logging.getLogger("torget.settlement")

Clock = Callable[[], datetime]
OVERLAP = timedelta(days=2)
"""How far before the run before: an entry may be committed later than its time says."""
_BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)


def reconcile_account(*, account: MerchantAccount, clock: Clock, started_by: str, everything: bool = False) -> Run:
    """One run; `everything` looks at the whole journal again and not only at what is new."""
    since = _BEGINNING if everything else _since(account)
    run = Run.objects.create(
        merchant_account=account, state=Run.State.RUNNING, started_by=started_by, started_at=clock()
    )
    try:
        _at(run, "ledger")
        _add_ours(account, since, clock())
        _at(run, "rows")
        _add_theirs(account, clock())
        classify_items(account=account, now=clock())
        _at(run, "asking")
        run.found_paid = ask_about_unknown(account=account, clock=clock)
        if run.found_paid:
            _add_ours(account, run.started_at - OVERLAP, clock())
            classify_items(account=account, now=clock())
        _at(run, "bank")
        match_bank(municipalities=municipalities_of(account), now=clock())
        _at(run, "booking")
        run.booked = book_items(account=account, municipalities=municipalities_of(account), now=clock())
    except Exception as error:
        logger.exception("reconciliation failed", extra={"run": run.pk})
        Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED, finished_at=clock(), trouble=type(error).__name__)
        raise
    run.state, run.finished_at, run.step = Run.State.DONE, clock(), ""
    run.counts = count_items(account)
    run.save()
    return run


def _at(run: Run, step: str) -> None:
    Run.objects.filter(pk=run.pk).update(step=step)


def _since(account: MerchantAccount) -> datetime:
    before = Run.objects.filter(merchant_account=account, state=Run.State.DONE).order_by("-started_at").first()
    return before.started_at - OVERLAP if before else _BEGINNING


def municipalities_of(account: MerchantAccount) -> list[int]:
    """Whose money goes through the account."""
    parts = SubMerchant.objects.filter(merchant_account=account).values_list("municipality_id", flat=True)
    coordinator = account.cooperation.coordinator_id if account.cooperation else None
    return sorted({one for one in (account.municipality_id, coordinator, *parts) if one is not None})


def _add_ours(account: MerchantAccount, since: datetime, now: datetime) -> None:
    query = load_sql("add_expected").format(ledger_rows=load_sql("ledger_rows"))
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, "account", account.pk)
        cursor.execute(
            query, {"account": account.pk, "municipalities": municipalities_of(account), "since": since, "now": now}
        )
        look_again(cursor, "settlement_item", added=cursor.rowcount)


def _add_theirs(account: MerchantAccount, now: datetime) -> None:
    """The rows of files that were read since, and what each settlement pays out by them; all in one commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, "account", account.pk)
        fresh = SettlementFile.objects.filter(
            merchant_account=account, state=SettlementFile.State.READ, matched_at__isnull=True
        )
        files = list(fresh.order_by("pk").values_list("pk", flat=True))
        if not files:
            return
        query = load_sql("add_reported").format(
            provider_rows=load_sql("provider_rows"), agreed_fee=load_sql("agreed_fee")
        )
        values: dict[str, Any] = {"account": account.pk, "files": files, "now": now}
        cursor.execute(query, values)
        look_again(cursor, "settlement_item", added=cursor.rowcount)
        cursor.execute(load_sql("add_later_fees"), values)
        cursor.execute(load_sql("add_settlements"), values)
        fresh.filter(pk__in=files).update(matched_at=now)


def classify_items(*, account: MerchantAccount, now: datetime) -> None:
    """Give every open item of the account its class as of today."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, "account", account.pk)
        _set_waiting(account)
        cursor.execute(classify_sql("merchant_account_id = %(account)s"), values_at(now, account=account.pk))


def values_at(now: datetime, **more: Any) -> dict[str, Any]:
    return {"now": now, "today": now.astimezone(HELSINKI).date(), **more}


def _set_waiting(account: MerchantAccount) -> None:
    """Until when each may be on its way; the same for all of one day."""
    waiting = Item.objects.filter(
        merchant_account=account, waits_until__isnull=True, reported_cents__isnull=True
    ).exclude(row_class=RowClass.MATCHED)
    for day, is_payout in set(waiting.values_list("happened_on", "kind").distinct()):
        waiting.filter(happened_on=day, kind=is_payout).update(
            waits_until=waits_until(day, is_payout=is_payout == "settlement")
        )


def ask_about_unknown(*, account: MerchantAccount, clock: Clock) -> int:
    """Ask the provider about each payment that its report has and that we think is unpaid; how many turned out paid.

    The file alone is not believed: what is taken in is the provider's answer, and it goes on as any other payment.
    Only of a provider that cannot be asked the settlement itself is the evidence, if stamp and amount hold.
    """
    can_ask = provider_for(facts_of(account)).capabilities.has_status_query
    unknown = Item.objects.filter(
        merchant_account=account,
        kind="payment",
        number=1,
        row_class=RowClass.MISSING_HERE,
        payment__state__in=sorted(UNPAID),
    ).select_related("record")
    found = 0
    for item in unknown.order_by("pk"):
        if item.payment_id is None or item.record is None:
            continue
        payment = load_payment(item.payment_id)
        # Without a usable word the item stays as it is, and the next run asks again.
        with suppress(ProviderError, MessageNotBelieved):
            reference = item.record.provider_reference
            state = (
                ask_provider(payment=payment, at=clock(), provider_reference=reference)
                if can_ask
                else apply_statement(
                    payment=payment,
                    said=_said_by_settlement(payment, item),
                    at=clock(),
                    channel="settlement",
                    content=f"settlement item {item.pk}, {item.reported_cents} cents",
                )
            )
            found += state not in UNPAID
    return found


def _said_by_settlement(payment: PaymentFacts, item: Item) -> ProviderMessage:
    """Who settles a payment has been paid; it was found by our stamp or by the provider's own reference."""
    reference = item.record.provider_reference if item.record else ""
    return ProviderMessage(
        account=payment.account.account,
        stamp=str(payment.token),
        provider_reference=reference or payment.provider_reference,
        status=PaymentStatus.PAID,
        amount=Money(item.reported_cents or 0),
        currency="EUR",
    )


def count_items(account: MerchantAccount) -> dict[str, dict[str, int]]:
    """By municipality and class."""
    counts: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT municipality_id, row_class, count(*) FROM settlement_item WHERE merchant_account_id = %s "
            "OR (merchant_account_id IS NULL AND municipality_id = ANY(%s)) GROUP BY 1, 2",
            [account.pk, municipalities_of(account)],
        )
        for municipality_id, row_class, count in cursor.fetchall():
            counts.setdefault(str(municipality_id), {})[row_class] = count
    return counts
