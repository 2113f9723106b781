"""What payments ask of the outside world: values in, values out, in our own words.

A connector implements one of these Protocols for one outside system. It holds no state of ours, knows no Django, and
turns every outcome of the wire into one of the results or errors named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from torget.foundation.core.money import ZERO, Money
from torget.payments.core.giving_back import RefundOrder, RefundTerms, ReversalOrder
from torget.payments.core.provider_capabilities import ProviderCapabilities
from torget.payments.core.registering import (
    FoundRegistration,
    RegistrationLine,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
)

# The names of registering.py are part of the port.
__all__ = [
    "FoundRegistration",
    "RegistrationLine",
    "RegistrationOrder",
    "RegistrationOutcome",
    "RegistrationResult",
]

# ── Library systems ──────────────────────────────────────────────────────────────────────────────────────────────────


class LibrarySystemError(Exception):
    """The library system could not answer; nothing was changed by the call that raised it."""


class LibrarySystemUnavailable(LibrarySystemError):
    """Down, too slow, in maintenance, or speaking nonsense: try again later."""


class WrongCredentials(LibrarySystemError):
    """Card and PIN do not match, or the system refuses this card to sign in; never says which."""


class PatronNotFound(LibrarySystemError):
    """The library system no longer knows this patron."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryCapabilities:
    can_choose_fees: bool
    """False: the system decides which fees a payment settles, so only everything can be paid."""
    can_find_registration: bool
    """True: a registration can be looked up by our marker."""
    has_fee_details: bool
    """False: only a total is known, offered as one fee."""
    can_waive: bool = False
    """True: a fee can be forgiven, in whole or in part, and the waiver looked up by our marker."""
    books_each_fee: bool = False
    """True: the system is told of one fee at a time, so an order has one line, and a payment of several may end with
    some of them registered and some not (register_each.py)."""
    can_reverse: bool = False
    """True: a paid fee can be charged again, and the charge looked up by our marker."""
    knows_guarantees: bool = False
    """True: the system tells for whose cards a patron is guarantor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatronIdentity:
    """A patron as the library system knows them; the reference stays valid without the PIN."""

    reference: str
    card_number: str
    name: str = ""
    language: str | None = None
    home_branch: str | None = None
    email: str | None = None
    sms_number: str | None = None
    """The number that the patron gave for text messages, as it was written."""
    expires_on: date | None = None
    is_child: bool = False
    loan_ban: bool = False
    """The patron may not borrow at the moment, for whatever reason the system has."""
    born_on: date | None = None
    shows_fees_to_guardian: bool = False
    """The patron has allowed it in the library system itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """A patron for whom another one answers, as the library system has it; for how long is not its business."""

    reference: str
    given_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFee:
    """One open fee, as the library system states it now."""

    reference: str
    """The system's own identifier of the fee; 'balance' where only a total is known."""
    kind: str
    """The system's own type code, such as OVERDUE, LOST, RESERVE_EXPIRED; '' if it has none."""
    outstanding: Money
    charged: Money
    description: str = ""
    title: str | None = None
    status: str = ""
    is_growing: bool = False
    """True while the fee still accrues (the item is not yet returned)."""
    is_barred: bool = False
    """The system itself lets nobody pay the fee online."""
    incurred_on: date | None = None
    due_date: date | None = None
    returned_on: date | None = None
    fee_branch: str | None = None
    item_home_branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSnapshot:
    """A patron's open fees at one moment; credits are never netted into them."""

    patron: PatronIdentity
    fees: tuple[LibraryFee, ...]
    read_at: datetime
    """When the answer came, with time zone."""
    credit: Money = ZERO
    """Unapplied credit on the account, as a positive amount; needed to judge a difference."""


class LibrarySystem(Protocol):
    """A library system, spoken to with service credentials; only `authenticate` sees a PIN, and forgets it."""

    @property
    def capabilities(self) -> LibraryCapabilities: ...

    def authenticate(self, *, card_number: str, pin: str) -> PatronIdentity:
        """Raise WrongCredentials or LibrarySystemUnavailable. Blocks and debts are not sign-in failures."""
        ...

    def account(self, *, patron_reference: str, card_number: str) -> AccountSnapshot:
        """All open fees in a constant number of round trips.

        Raise LibrarySystemUnavailable or PatronNotFound.
        """
        ...

    def open_fees(self, *, patron_reference: str, card_number: str) -> Mapping[str, Money]:
        """What stands open, by fee reference and nothing more: the quick look around a registration.

        The same references and amounts as in `account`. Raise LibrarySystemUnavailable or PatronNotFound.
        """
        ...

    def register(self, order: RegistrationOrder) -> RegistrationResult:
        """One write, never retried inside; raises nothing: every outcome is a result."""
        ...

    def find_registration(self, *, patron_reference: str, marker: str) -> FoundRegistration | None:
        """Look our marker up; None if the system surely has no such booking.

        Raise LibrarySystemUnavailable. Call only if `capabilities.can_find_registration`.
        """
        ...

    def waive(self, order: RegistrationOrder) -> RegistrationResult:
        """Forgive fees: one write, found again by `find_registration`. Without `capabilities.can_waive`: refused."""
        ...

    def reverse(self, order: ReversalOrder) -> RegistrationResult:
        """Open a fee again: one write, never retried inside; raises nothing, as `register`.

        A system without `capabilities.can_reverse` refuses.
        """
        ...

    def find_reversal(self, *, patron_reference: str, marker: str) -> FoundRegistration | None:
        """Look the marker of a reversal up, as `find_registration`. Call only if `capabilities.can_reverse`."""
        ...

    def guarantees(self, *, patron_reference: str) -> tuple[Guarantee, ...]:
        """Whom the patron answers for, now. None for a system without `capabilities.knows_guarantees`.

        Raise LibrarySystemUnavailable or PatronNotFound.
        """
        ...


# ── Payment providers ────────────────────────────────────────────────────────────────────────────────────────────────


class ProviderError(Exception):
    """The provider could not do what was asked."""


class ProviderUnavailable(ProviderError):
    """No usable answer: down, too slow, or not theirs. What was asked may or may not have happened."""


class ProviderRefused(ProviderError):
    """The provider answered clearly that it did not do it; the text is for staff, not for patrons."""


class BadMessage(ProviderError):
    """A message that fails its signature or its form: it changes nothing."""


class PaymentStatus(StrEnum):
    """What the provider says of a payment, in our words (facts: one internal vocabulary)."""

    OPEN = "open"  #: The page exists; nobody has paid.
    PENDING = "pending"  #: Being examined; the final word comes later.
    RESERVED = "reserved"  #: The payer has agreed, but it is money only once we capture it.
    PAID = "paid"  #: The provider has taken the money.
    FAILED = "failed"  #: Cancelled or rejected; a payment may still follow.
    EXPIRED = "expired"  #: The provider will take no payment for this order any more.


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line on the provider's page: no title of a loan, no name."""

    stamp: str
    """Unique over all lines ever sent; item refunds refer to it."""
    product_code: str
    description: str
    amount: Money
    vat_permille: int
    """VAT rate in tenths of a per cent: 255 is 25.5 %."""
    sub_merchant: str | None = None
    """The payee's identifier at the provider, when the payment is split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    stamp: str
    """Ours, unique, never used twice."""
    reference: str
    """Bank reference number (viite) that the patron's statement shows."""
    lines: tuple[OrderLine, ...]
    language: str
    email: str
    """The patron's if given, else the payee's service address: providers require one."""
    return_url: str
    callback_url: str

    @property
    def amount(self) -> Money:
        return Money(sum(line.amount.cents for line in self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedPayment:
    provider_reference: str
    pay_url: str
    """The provider's own page; the patron is sent there by a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """A browser return or a callback, as it came over the wire."""

    method: str
    query: tuple[tuple[str, str], ...]
    """Decoded pairs in order, repeated keys kept, so that a repeated key can be refused."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    path: str = ""
    """As it was called, with its query; some providers sign it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMessage:
    """A verified statement by the provider about one payment; who receives it compares it with our payment."""

    account: str
    stamp: str
    provider_reference: str
    status: PaymentStatus
    amount: Money | None
    """None where the signed part of the message tells none; then the currency says nothing either."""
    currency: str
    method: str = ""
    """How it was paid (bank, card), the provider's own code."""
    settlement_reference: str = ""
    """The bank reference of the settlement, where the provider tells it (Suomi.fi merchants)."""


class RefundStatus(StrEnum):
    REFUNDED = "refunded"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAnswer:
    provider_reference: str
    """The provider's identifier of the refund; '' in a callback about a refund that never came to be."""
    status: RefundStatus
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMessage:
    """A verified callback about a refund."""

    account: str
    stamp: str
    """The refund stamp if the provider repeats it, else ''."""
    provider_reference: str
    status: RefundStatus
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    reference: str
    provider_reference: str
    created_at: datetime | None
    settled_at: datetime | None


class PaymentProvider(Protocol):
    """One merchant account at one payment provider."""

    @property
    def capabilities(self) -> ProviderCapabilities: ...

    def create(self, order: PaymentOrder) -> CreatedPayment:
        """Ask for a payment page. Raise ProviderRefused, or ProviderUnavailable when the outcome is not known."""
        ...

    def read_message(self, message: IncomingMessage) -> ProviderMessage:
        """Verify and translate a return or callback; raise BadMessage. Reads nothing but its arguments."""
        ...

    def read_refund_message(self, message: IncomingMessage) -> RefundMessage:
        """The same for a callback about a refund."""
        ...

    def status(self, *, provider_reference: str) -> ProviderMessage:
        """Ask how a payment stands. Raise ProviderRefused or ProviderUnavailable."""
        ...

    def refund_terms(self, *, method: str) -> RefundTerms:
        """By the method's code as in `ProviderMessage`; calls nobody."""
        ...

    def refund(self, order: RefundOrder) -> RefundAnswer:
        """Pay back. Raise ProviderRefused if it surely was not done, ProviderUnavailable if nobody knows."""
        ...

    def settlements(self, *, first: date, last: date, sub_merchant: str = "") -> tuple[Settlement, ...]:
        """Those created in the period, of one part if named. Raise ProviderRefused or ProviderUnavailable."""
        ...
