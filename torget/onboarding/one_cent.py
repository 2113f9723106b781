"""One cent to the draft's merchant account: asked for, paid on the provider's own page, heard of, and given back.

It tries account, secrets, both ways of hearing and the way back, with the connector that payments use. The intent is
committed before each call; a call that is lost is not repeated.
"""

import uuid
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from torget.foundation.core.money import Money
from torget.foundation.core.reference_number import reference_number
from torget.foundation.people.access import Access
from torget.onboarding.draft import note
from torget.onboarding.examine import aggregate_of, slug_of, way_of
from torget.onboarding.models import Draft, OneCent
from torget.onboarding.network.stored import stored_network
from torget.onboarding.steps import Step, Way
from torget.payments.checkout.load import AccountFacts
from torget.payments.checkout.providers import provider_for
from torget.payments.core.giving_back import RefundLine, RefundOrder
from torget.payments.core.ports import (
    BadMessage,
    IncomingMessage,
    OrderLine,
    PaymentOrder,
    PaymentProvider,
    PaymentStatus,
    ProviderMessage,
    ProviderRefused,
    ProviderUnavailable,
    RefundStatus,
)
from torget.payments.core.provider_extras import Captures
from torget.payments.settlement.reconciliation_models import AccountTrial

PRODUCT_CODE = "TEST"
#: Payments count theirs from 1, so no payment has such a reference number.
_REFERENCES_FROM = 990_000_000_000
_OPEN = (OneCent.State.OPEN, OneCent.State.FAILED)
_RETURN_OF_STATUS = {
    RefundStatus.REFUNDED: OneCent.Return.RETURNED,
    RefundStatus.PENDING: OneCent.Return.PENDING,
    RefundStatus.FAILED: OneCent.Return.FAILED,
}


class NoAccount(Exception):
    """There is no merchant account to pay to yet."""


def account_of(draft: Draft) -> tuple[AccountFacts, str]:
    """The account that the draft's money would go to, and the municipality's part in it. Raise NoAccount."""
    answers = draft.answers.get(Step.ACCOUNT, {})
    if way_of(draft) == Way.AGGREGATE:
        row = aggregate_of(draft, stored_network())
        if row is None or not answers.get("identifier"):
            raise NoAccount
        facts = _facts(row.provider, row.account, row.sealed, is_aggregate=True)
        return facts, str(answers["identifier"])
    if way_of(draft) != Way.OWN or answers.get("provider") not in settings.PAYMENT_PROVIDERS or not draft.credentials:
        raise NoAccount
    return _facts(answers["provider"], answers["account"], bytes(draft.credentials), is_aggregate=False), ""


def _facts(provider: str, account: str, sealed: bytes, *, is_aggregate: bool) -> AccountFacts:
    return AccountFacts(
        id=0, provider=provider, account=account, credentials=bytes(sealed).decode(), is_aggregate=is_aggregate
    )


def latest_cent(draft: Draft) -> OneCent | None:
    """The last try of the account as it is now; one with other secrets proves nothing of these."""
    try:
        facts, part = account_of(draft)
    except NoAccount:
        return None
    same = {"provider": facts.provider, "account": facts.account, "sub_merchant": part}
    tries = draft.cents.filter(**same).order_by("-pk")
    return next((one for one in tries if bytes(one.credentials) == facts.credentials.encode()), None)


def try_account(*, draft: Draft, access: Access, language: str, at: datetime) -> OneCent:
    """Ask the provider for the page on which the cent is paid. Raise NoAccount. A refusal is a state, not an error."""
    facts, part = account_of(draft)
    cent = OneCent(
        draft=draft,
        provider=facts.provider,
        account=facts.account,
        sub_merchant=part,
        credentials=facts.credentials.encode(),
        amount_cents=1,
        started_at=at,
    )
    try:
        connector = _connector(cent)
    except (ValueError, TypeError) as error:
        # The connector itself refuses such an account or such credentials.
        cent.state, cent.detail = OneCent.State.REFUSED, str(error)[:300]
        cent.save()
        return cent
    cent.amount_cents = connector.capabilities.amount_cents_min
    with transaction.atomic():
        cent.save()
        _let_reports_name(cent)
    note(draft, action="try account", actor=access.actor, at=at, provider=facts.provider, account=facts.account)
    try:
        created = connector.create(_order(cent, language))
    except (ProviderRefused, ProviderUnavailable) as error:
        changes = {"state": OneCent.State.REFUSED, "detail": str(error)[:300]}
    else:
        changes = {
            "state": OneCent.State.OPEN,
            "provider_reference": created.provider_reference,
            "pay_url": created.pay_url,
        }
        AccountTrial.objects.filter(stamp=cent.token).update(provider_reference=created.provider_reference)
    OneCent.objects.filter(pk=cent.pk, state=OneCent.State.ASKING).update(**changes)
    cent.refresh_from_db()
    return cent


def _let_reports_name(cent: OneCent) -> None:
    """Once the municipality is live, its finance is told what this row of a report is."""
    AccountTrial.objects.create(
        stamp=cent.token,
        refund_stamp=_refund_stamp(cent),
        provider=cent.provider,
        account=cent.account,
        reference=_reference(cent),
        amount_cents=cent.amount_cents,
    )


def _reference(cent: OneCent) -> str:
    return reference_number(_REFERENCES_FROM + cent.pk)


def _refund_stamp(cent: OneCent) -> UUID:
    return uuid.uuid5(cent.token, "back")


def _connector(cent: OneCent) -> PaymentProvider:
    sealed, is_aggregate = bytes(cent.credentials), bool(cent.sub_merchant)
    return provider_for(_facts(cent.provider, cent.account, sealed, is_aggregate=is_aggregate))


def _address(name: str, cent: OneCent) -> str:
    return settings.PUBLIC_URL + reverse(name, args=[cent.token])


def _order(cent: OneCent, language: str) -> PaymentOrder:
    details = cent.draft.answers.get(Step.DETAILS, {})
    return PaymentOrder(
        stamp=str(cent.token),
        reference=_reference(cent),
        lines=(
            OrderLine(
                stamp=f"{cent.token}-1",
                product_code=PRODUCT_CODE,
                description=f"{PRODUCT_CODE} {slug_of(cent.draft)}",
                amount=Money(cent.amount_cents),
                vat_permille=0,
                sub_merchant=cent.sub_merchant or None,
            ),
        ),
        language=language,
        email=str(details.get("contact_email", "")),
        return_url=_address("one-cent-return", cent),
        callback_url=_address("one-cent-callback", cent),
    )


def hear_of_cent(*, token: UUID, message: IncomingMessage, is_return: bool, at: datetime) -> OneCent:
    """Take in the browser's return or the provider's callback. Raise OneCent.DoesNotExist or BadMessage."""
    cent = OneCent.objects.select_related("draft").get(token=token)
    connector = _connector(cent)
    if not (is_return and not connector.capabilities.has_signed_return):
        _take_in(cent, connector.read_message(message), can_ask=connector.capabilities.has_status_query, at=at)
    return cent


def follow_cent(*, cent: OneCent, at: datetime) -> OneCent:
    """Ask the provider how it stands, capture what is only reserved, and give back what is paid, each at most once."""
    connector = _connector(cent)
    if cent.state in _OPEN and connector.capabilities.has_status_query:
        try:
            said = connector.status(provider_reference=cent.provider_reference)
            if said.status is PaymentStatus.RESERVED:
                amount = Money(cent.amount_cents)
                cast(Captures, connector).capture(provider_reference=cent.provider_reference, amount=amount)
                said = connector.status(provider_reference=cent.provider_reference)
            _take_in(cent, said, can_ask=False, at=at)
        except (ProviderRefused, ProviderUnavailable, BadMessage) as error:
            OneCent.objects.filter(pk=cent.pk).update(detail=str(error)[:300])
    cent.refresh_from_db()
    if cent.state == OneCent.State.PAID and not cent.given_back:
        _give_back(cent, connector)
        cent.refresh_from_db()
    return cent


def _take_in(cent: OneCent, said: ProviderMessage, *, can_ask: bool, at: datetime) -> None:
    """Believe what is about this very cent. Raise BadMessage."""
    is_ours = (
        said.account == cent.account
        and said.stamp == str(cent.token)
        and cent.provider_reference in ("", said.provider_reference)
        and said.amount in (None, Money(cent.amount_cents))
        and (said.amount is None or said.currency == "EUR")
    )
    if not is_ours:
        raise BadMessage("about another payment, account or amount")
    changes: dict[str, object] = {"detail": ""}
    if said.status is PaymentStatus.PAID and not (said.amount is None and can_ask):
        changes |= {"state": OneCent.State.PAID, "paid_at": at, "provider_reference": said.provider_reference}
    elif said.status in (PaymentStatus.FAILED, PaymentStatus.EXPIRED):
        changes |= {"state": OneCent.State.FAILED}
    OneCent.objects.filter(pk=cent.pk, state__in=_OPEN).update(**changes)


def _give_back(cent: OneCent, connector: PaymentProvider) -> None:
    unasked = OneCent.objects.filter(pk=cent.pk, given_back="")
    if not connector.capabilities.has_refund:
        unasked.update(given_back=OneCent.Return.BY_HAND)
        return
    if unasked.update(given_back=OneCent.Return.ASKING) != 1:
        return
    amount = Money(cent.amount_cents)
    lines = (RefundLine(order_line_stamp=f"{cent.token}-1", amount=amount),) if cent.sub_merchant else ()
    order = RefundOrder(
        refund_stamp=str(_refund_stamp(cent)),
        provider_reference=cent.provider_reference,
        amount=amount,
        lines=lines,
        callback_url=_address("one-cent-back", cent),
        email=str(cent.draft.answers.get(Step.DETAILS, {}).get("contact_email", "")) or None,
    )
    try:
        outcome, detail = _RETURN_OF_STATUS[(answer := connector.refund(order)).status], answer.detail
    except ProviderRefused as error:
        outcome, detail = OneCent.Return.FAILED, str(error)
    except ProviderUnavailable as error:
        # Nobody knows; it is not sent again, and the provider's own pages show it.
        outcome, detail = OneCent.Return.PENDING, str(error)
    OneCent.objects.filter(pk=cent.pk, given_back=OneCent.Return.ASKING).update(given_back=outcome, detail=detail[:300])


def hear_of_return(*, token: UUID, message: IncomingMessage) -> None:
    """Raise OneCent.DoesNotExist or BadMessage."""
    cent = OneCent.objects.get(token=token)
    said = _connector(cent).read_refund_message(message)
    OneCent.objects.filter(pk=cent.pk, given_back__in=[OneCent.Return.ASKING, OneCent.Return.PENDING]).update(
        given_back=_RETURN_OF_STATUS[said.status]
    )
