"""What Paytrail says of payments, refunds and settlements, checked and in our words."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from torget.connectors.payment_providers.paytrail.signature import BadSignature, verify, without_repeats
from torget.connectors.payment_providers.paytrail.status_map import PAYMENT_STATUS, REFUND_STATUS
from torget.foundation.core.money import Money
from torget.payments.core.ports import BadMessage, ProviderMessage, RefundMessage, Settlement

_AMOUNT = re.compile(r"[0-9]{1,9}")
_HELSINKI = ZoneInfo("Europe/Helsinki")


def verified_parameters(pairs: Iterable[tuple[str, str]], *, account: str, secret: str) -> dict[str, str]:
    """The parameters of a return or callback, once signature and account are found right; else BadMessage."""
    try:
        parameters = without_repeats(pairs)
        verify(secret, parameters)
    except BadSignature as error:
        raise BadMessage(str(error)) from None
    if parameters.get("checkout-account") != account:
        raise BadMessage("the message is about another account")
    return parameters


def payment_message(parameters: Mapping[str, str]) -> ProviderMessage:
    status = PAYMENT_STATUS.get(parameters.get("checkout-status", ""))
    if status is None:
        raise BadMessage("the status is not one we know")
    return ProviderMessage(
        account=parameters["checkout-account"],
        stamp=_required(parameters, "checkout-stamp"),
        provider_reference=_required(parameters, "checkout-transaction-id"),
        status=status,
        amount=_amount(parameters),
        # The API takes euros only and its messages name no currency; should one ever do so, it is passed on.
        currency=parameters.get("checkout-currency", "EUR"),
        method=parameters.get("checkout-provider", ""),
        settlement_reference=parameters.get("checkout-settlement-reference", ""),
    )


def refund_message(parameters: Mapping[str, str]) -> RefundMessage:
    """A refund that failed for lack of balance never came to be, so its callback has no transaction id."""
    status = REFUND_STATUS.get(parameters.get("checkout-status", ""))
    if status is None:
        raise BadMessage("the status is not one we know")
    return RefundMessage(
        account=parameters["checkout-account"],
        stamp=parameters.get("checkout-stamp", ""),
        provider_reference=parameters.get("checkout-transaction-id", ""),
        status=status,
        amount=_amount(parameters),
    )


def status_message(answer: Mapping[str, Any], *, account: str) -> ProviderMessage:
    """The answer of `GET /payments/{id}`; BadMessage if it has not the form it should have."""
    status = PAYMENT_STATUS.get(str(answer.get("status")))
    amount_cents, currency = answer.get("amount"), answer.get("currency")
    stamp, reference = answer.get("stamp"), answer.get("transactionId")
    if status is None or type(amount_cents) is not int or not isinstance(currency, str):
        raise BadMessage("the answer lacks a status, an amount or a currency")
    if not isinstance(stamp, str) or not isinstance(reference, str):
        raise BadMessage("the answer lacks its identifiers")
    return ProviderMessage(
        account=account,
        stamp=stamp,
        provider_reference=reference,
        status=status,
        amount=Money(amount_cents),
        currency=currency,
        method=_text(answer.get("provider")),
        settlement_reference=_text(answer.get("settlementReference")),
    )


def settlement(row: Mapping[str, Any]) -> Settlement:
    if "id" not in row:
        raise BadMessage("a settlement lacks its identifier")
    return Settlement(
        reference=_text(row.get("settlementReference")),
        provider_reference=str(row["id"]),
        created_at=parse_time(row.get("createdAt")),
        settled_at=parse_time(row.get("settledAt")),
    )


def parse_time(text: object) -> datetime | None:
    """A time with zone, or None: the documentation's own sample, 2019-01-06T013:43:32.780Z, is no time at all."""
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(re.sub(r"T0(\d\d:)", r"T\1", text))
    except ValueError:
        return None
    if len(text) == len("2019-01-08"):
        return read.replace(tzinfo=_HELSINKI)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _required(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name, "")
    if not value:
        raise BadMessage(f"{name} is missing")
    return value


def _amount(parameters: Mapping[str, str]) -> Money:
    text = parameters.get("checkout-amount", "")
    if not _AMOUNT.fullmatch(text):
        raise BadMessage("the amount is missing or not in whole cents")
    return Money(int(text))


def _text(value: object) -> str:
    return "" if value is None else str(value)
