"""What a provider may offer besides PaymentProvider; its capabilities say whether it does."""

from collections.abc import Mapping
from typing import Protocol

from torget.foundation.core.money import Money
from torget.payments.core.ports import IncomingMessage, ProviderMessage, RefundMessage


class AccountCallbacks(Protocol):
    """A provider that calls one address about everything that happens on an account."""

    def read_account_message(self, message: IncomingMessage) -> ProviderMessage | RefundMessage | None:
        """Verify and translate; None for what is true and does not concern us. Raise BadMessage."""
        ...


class Captures(Protocol):
    """A provider with whom a payment is first reserved."""

    def capture(self, *, provider_reference: str, amount: Money) -> None:
        """Take what was reserved; asking again captures nothing twice. Raise ProviderRefused or ProviderUnavailable."""
        ...


class ReportCheck(Protocol):
    """Believes a report or not, while its body comes in pieces."""

    def update(self, piece: bytes) -> None: ...

    def finish(self) -> None:
        """Raise BadMessage if the whole is not provably the provider's."""
        ...


class SettlementReports(Protocol):
    """What a provider offers besides PaymentProvider if it sends the rows of a settlement to an address of ours."""

    @property
    def report_format(self) -> str:
        """Name of the reader in settings.SETTLEMENT_FORMATS."""
        ...

    def order_report(self, *, settlement_id: str, callback_url: str, sub_merchant: str = "") -> None:
        """Ask for the rows of one settlement. Raise ProviderRefused or ProviderUnavailable."""
        ...

    def check_report(self, headers: Mapping[str, str]) -> ReportCheck:
        """Begin to check a report by its headers, names in lower case; raise BadMessage."""
        ...
