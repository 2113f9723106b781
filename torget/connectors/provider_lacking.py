"""What a provider does not have, answered as the port demands."""

from datetime import date

from torget.payments.core.giving_back import RefundOrder, RefundTerms
from torget.payments.core.ports import (
    BadMessage,
    IncomingMessage,
    ProviderMessage,
    ProviderRefused,
    RefundAnswer,
    RefundMessage,
    Settlement,
)


class NoStatusQuery:
    def status(self, *, provider_reference: str) -> ProviderMessage:
        raise ProviderRefused("the provider's interface has no status query")


class NoRefundCallbacks:
    def read_refund_message(self, message: IncomingMessage) -> RefundMessage:
        raise BadMessage("the provider sends no messages about refunds")


class NoRefunds(NoRefundCallbacks):
    def refund_terms(self, *, method: str) -> RefundTerms:
        return RefundTerms()

    def refund(self, order: RefundOrder) -> RefundAnswer:
        raise ProviderRefused("the provider's interface has no refunds; pay back in its back office or from the bank")


class NoSettlements:
    def settlements(self, *, first: date, last: date, sub_merchant: str = "") -> tuple[Settlement, ...]:
        raise ProviderRefused("the provider's interface tells nothing of settlements; upload its report")
