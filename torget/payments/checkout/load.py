"""Read a payment with its lines as plain values, in one query."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from torget.foundation.core.money import Money
from torget.payments.core.checkout import State
from torget.payments.core.ports import RegistrationLine
from torget.payments.core.posting_rules import BookedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    position: int
    fee_reference: str
    fee_kind: str
    payee_id: int
    payee_slug: str
    payee_shares: dict[str, int]
    amount: Money
    vat_permille: int
    ledger_account: str
    product_code: str
    outcome: str

    def as_booked(self) -> BookedLine:
        return BookedLine(
            municipality_id=self.payee_id,
            municipality=self.payee_slug,
            amount=self.amount,
            vat_permille=self.vat_permille,
            ledger_account=self.ledger_account,
            shares=self.payee_shares,
        )

    def as_registration(self) -> RegistrationLine:
        return RegistrationLine(fee_reference=self.fee_reference, amount=self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """A payment at the moment it was read; whoever acts on it says so, and the guarded update checks it."""

    id: int
    token: UUID
    checkout_id: int
    position: int
    municipality_id: int
    merchant_account_id: int
    library_system: str
    patron_reference: str
    card_number: str
    reference: str
    amount: Money
    refunded: Money
    currency: str
    state: State
    tries: int
    provider_reference: str
    pay_url: str
    created_at: datetime
    changed_at: datetime
    lines: tuple[LineFacts, ...]


_COLUMNS = (
    "id, token, checkout_id, position, municipality_id, merchant_account_id, library_system, patron_reference, "
    "card_number, reference, amount_cents, refunded_cents, currency, state, tries, provider_reference, pay_url, "
    "created_at, changed_at"
)
_NAMES = [name.removesuffix("_cents") for name in _COLUMNS.split(", ")]

_SELECT = f"""
SELECT {_COLUMNS}, (
    SELECT array_agg(ARRAY[
        l.position::text, l.fee_reference, l.fee_kind, l.payee_id::text, m.slug, l.payee_shares::text,
        l.amount_cents::text, l.vat_permille::text, l.ledger_account, l.product_code, l.outcome
    ] ORDER BY l.position)
    FROM checkout_paymentline l JOIN cooperations_municipality m ON m.id = l.payee_id
    WHERE l.payment_id = p.id
) FROM checkout_payment p WHERE
"""  # noqa: S608 - constants only


class NoSuchPayment(LookupError):
    """There is no payment by this id or token."""


def _line(texts: list[str]) -> LineFacts:
    position, fee_reference, fee_kind, payee_id, slug, shares, cents, vat, account, product, outcome = texts
    return LineFacts(
        position=int(position),
        fee_reference=fee_reference,
        fee_kind=fee_kind,
        payee_id=int(payee_id),
        payee_slug=slug,
        payee_shares=json.loads(shares),
        amount=Money(int(cents)),
        vat_permille=int(vat),
        ledger_account=account,
        product_code=product,
        outcome=outcome,
    )


def _load(where: str, value: int | UUID) -> PaymentFacts:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + where, [value])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchPayment(str(value))
    facts = dict(zip(_NAMES, row[:-1], strict=True))
    facts["amount"], facts["refunded"] = Money(facts["amount"]), Money(facts["refunded"])
    return PaymentFacts(**{**facts, "state": State(facts["state"])}, lines=tuple(_line(texts) for texts in row[-1]))


def load_payment(payment_id: int) -> PaymentFacts:
    return _load("p.id = %s", payment_id)


def load_payment_by_token(token: UUID) -> PaymentFacts:
    return _load("p.token = %s", token)
