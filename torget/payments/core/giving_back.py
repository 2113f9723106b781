"""What the ports say about money that goes back: what a provider can do, and what the library system is told."""

from dataclasses import dataclass

from torget.foundation.core.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalOrder:
    """Charge a fee again whose payment went back to the patron. One order is sent at most once."""

    marker: str
    """Our identifier of this charge, of the same form as a registration's and never equal to one."""
    patron_reference: str
    card_number: str
    fee_reference: str
    """The fee that had been paid; the charge stands beside it, for the same library."""
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTerms:
    """What a provider can do for a payment by one method (bank, card)."""

    by_email: bool = False
    """The provider writes to the payer, who says where the money is to go; nobody tells us whether they did."""
    once_only: bool = False
    """The provider takes one refund of a payment, however small."""
    days_max: int | None = None
    """The provider takes none later than this after the payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    order_line_stamp: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    refund_stamp: str
    provider_reference: str
    amount: Money
    lines: tuple[RefundLine, ...]
    """Which order lines are paid back; needed by split payments, empty for all."""
    callback_url: str
    email: str | None = None
    """Where the provider may send the payer an e-mail refund if the payment method has no other way."""
