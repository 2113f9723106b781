"""What a payment provider can do, declared by its connector and read instead of the provider's name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCapabilities:
    has_status_query: bool
    """False: only messages, the settlement or a person's evidence tell that it was paid."""
    has_refund: bool
    has_partial_refund: bool
    has_settlements: bool
    can_split: bool
    """True: one payment can have lines for several payees, each settled to its own merchant."""
    has_signed_return: bool = True
    """False: nothing vouches for what the browser brings back, so the provider is asked instead."""
    states_amount: bool = True
    """False: the signed part of a message has no amount, so the provider is asked before money is believed in."""
    needs_capture: bool = False
    """True: what the payer agreed to is only reserved until we capture it (provider_extras.Captures)."""
    calls_per_account: bool = False
    """True: one address of ours is called about all payments of an account (provider_extras.AccountCallbacks)."""
    signs_answers: bool = True
    """False: only the connection (TLS) vouches for the answers to our own calls."""
    has_pending: bool = True
    """True: some payments are examined first, and a callback tells their end."""
    tells_of_cancelling: bool = True
    """False: who leaves the page leaves the payment open, and nobody tells."""
    can_pay_after_failure: bool = True
    """False: a payment that was cancelled or rejected is over."""
    has_refund_callbacks: bool = True
    """False: only the answer to a refund tells how it went."""
    has_pending_refunds: bool = True
    """True: a refund may be under way for a while, and a callback tells its end."""
    amount_cents_min: int = 1
    """The smallest payment that the provider takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One thing that a merchant account's connector must be given, by the name of its keyword argument."""

    name: str
    is_secret: bool = True
    """False: it may be read by whoever types it in."""
    is_required: bool = True


SECRET = Credential(name="secret")
