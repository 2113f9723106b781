"""What Ceepos says of a payment, by the browser's return or by a notification, checked and in our words."""

import re
from collections.abc import Mapping
from typing import Any

from torget.connectors.payment_providers.ceepos import signature
from torget.connectors.payment_providers.ceepos.status_map import METHOD, PAYMENT_STATUS
from torget.connectors.provider_exchange import query_parameters, read_object
from torget.foundation.core.money import ZERO, Money
from torget.payments.core.ports import BadMessage, IncomingMessage, PaymentStatus, ProviderMessage

# Each value can be read in one way only: none has an `&`, and none fits where another belongs.
_FORMS: Mapping[str, re.Pattern[str]] = {
    "Id": re.compile(r"[A-Za-z0-9-]{1,64}"),
    "Status": re.compile(r"[0-9]{1,2}"),
    "Reference": re.compile(r"[^&\s]{1,100}"),
    "PaymentMethod": re.compile(r"[0-9]{1,3}"),
    "PaymentSum": re.compile(r"[0-9]{1,9}"),
    "Timestamp": re.compile(r"[0-9]{12}"),
    "PaymentDescription": re.compile(r"[^&]{0,200}"),
    "CardExpiration": re.compile(r"[0-9/]{0,7}"),
    "SubscriptionCode": re.compile(r"[^&]{0,100}"),
    "LoyaltyCard": re.compile(r"[^&]{0,100}"),
}


def read(message: IncomingMessage, *, account: str, secret: str, is_version_3: bool) -> ProviderMessage:
    """Raise BadMessage."""
    is_notification = message.method == "POST"
    values: Mapping[str, Any] = read_object(message.body) if is_notification else query_parameters(message.query)
    order: tuple[str, ...] = signature.MESSAGE_2
    if is_version_3:
        order = signature.NOTIFICATION_3 if is_notification else signature.RETURN_3
    try:
        signature.verify(secret, values, order)
    except signature.BadHash as error:
        raise BadMessage(str(error)) from None
    payments = _payments(values, order)
    for row in (values, *payments):
        _check_forms(row, order if row is values else signature.PAYMENT)
    status = PAYMENT_STATUS.get(int(str(values["Status"])))
    if status is None:
        raise BadMessage("the status is not one we know")
    return ProviderMessage(
        account=account,
        stamp=str(values["Id"]),
        provider_reference=str(values["Reference"]),
        status=status,
        amount=_sum(payments) if is_version_3 and status is PaymentStatus.PAID else None,
        currency="EUR",
        method=METHOD.get(str(payments[0].get("PaymentMethod")), "") if payments else "",
    )


def _payments(values: Mapping[str, Any], order: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """The parts in which it was paid (an e-passi and a card, say); the return tells of one among its own values."""
    if "Payments" in order:
        rows = values.get("Payments", [])
        return list(rows)
    return [values] if "PaymentSum" in order and "PaymentSum" in values else []


def _sum(payments: list[Mapping[str, Any]]) -> Money:
    for row in payments:
        # Without its neighbours a sum could be another value of the same string.
        if not all(name in row for name in ("PaymentMethod", "PaymentSum", "Timestamp")):
            raise BadMessage("a payment lacks its method, its sum or its time")
    if not payments:
        raise BadMessage("the message says paid and not how much")
    return sum((Money(int(str(row["PaymentSum"]))) for row in payments), ZERO)


def _check_forms(row: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name == "Payments" or (name not in row and name not in signature.MESSAGE_2):
            continue
        if not _FORMS[name].fullmatch(str(row.get(name, ""))):
            raise BadMessage(f"{name} is missing or has not its form")
