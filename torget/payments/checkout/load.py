"""Read a payment with all that belongs to it as plain values, in one query."""

import json
from dataclasses import dataclass, field
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
    is_of_card: bool
    """Of the card that the payment names, whose library system is being told."""
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
class AccountFacts:
    """The merchant account that the payment goes through."""

    id: int
    provider: str
    account: str
    credentials: str = field(repr=False)
    """Sealed; see credentials.py."""
    is_aggregate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """The last order to the library system, about the card that is being told."""

    number: int
    outcome: str
    before: dict[str, int]
    ordered: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """A payment at the moment it was read; whoever acts on it says so, and the guarded update checks it."""

    id: int
    token: UUID
    checkout_id: int
    position: int
    municipality_id: int
    account: AccountFacts
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
    method: str
    """How it was paid, the provider's own code."""
    created_at: datetime
    changed_at: datetime
    paid_at: datetime | None
    gone_back: dict[int, int]
    """Cents by line position that the books have as paid back."""
    last_attempt: AttemptFacts | None
    lines: tuple[LineFacts, ...]
    attempts: int
    """Orders to the library systems so far; numbers the next one."""
    card_attempts: int
    """Of them, those about the card that is being told."""
    booked_fees: frozenset[str] = frozenset()
    """Fees of orders that the library system confirmed; of interest where it is told fee by fee."""
    refused_fees: frozenset[str] = frozenset()

    @property
    def card_lines(self) -> tuple[LineFacts, ...]:
        """What one order may be about: the fees of the card that is being told, and of no other."""
        return tuple(line for line in self.lines if line.is_of_card)

    @property
    def has_untold_cards(self) -> bool:
        """Beside the one that is being told."""
        return any(not line.outcome for line in self.other_lines)

    @property
    def other_lines(self) -> tuple[LineFacts, ...]:
        return tuple(line for line in self.lines if not line.is_of_card)


class NoSuchPayment(LookupError):
    """There is no payment by this id or token."""


def read_facts(text: str) -> PaymentFacts:
    """From what payment_facts (sql/facts.sql) gives."""
    facts = json.loads(text)
    lines = tuple(LineFacts(**{**line, "amount": Money(line["amount"])}) for line in facts.pop("lines"))
    attempt = facts.pop("last_attempt")
    told = facts.pop("told") or {}
    gone_back: dict[int, int] = {}
    for refunded in facts.pop("refunded_lines") or ():
        for position, cents in refunded.items():
            gone_back[int(position)] = gone_back.get(int(position), 0) + cents
    paid_at = facts.pop("paid_at")
    return PaymentFacts(
        **{
            **facts,
            "token": UUID(facts["token"]),
            "amount": Money(facts["amount"]),
            "refunded": Money(facts["refunded"]),
            "state": State(facts["state"]),
            "created_at": datetime.fromisoformat(facts["created_at"]),
            "changed_at": datetime.fromisoformat(facts["changed_at"]),
            "account": AccountFacts(**facts["account"]),
        },
        paid_at=datetime.fromisoformat(paid_at) if paid_at else None,
        gone_back=gone_back,
        last_attempt=AttemptFacts(**attempt) if attempt else None,
        lines=lines,
        booked_fees=frozenset(told.get("booked", ())),
        refused_fees=frozenset(told.get("refused", ())),
    )


def _load(query: str, value: int | UUID) -> PaymentFacts:
    with connection.cursor() as cursor:
        cursor.execute(query, [value])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NoSuchPayment(str(value))
    return read_facts(row[0])


def load_payment(payment_id: int) -> PaymentFacts:
    return _load("SELECT payment_facts(%s)", payment_id)


def load_payment_by_token(token: UUID) -> PaymentFacts:
    return _load("SELECT payment_facts(id) FROM checkout_payment WHERE token = %s", token)
