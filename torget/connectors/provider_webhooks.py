"""Of a provider that calls one address per account: the port's two readers, from the one that it has."""

from abc import ABC, abstractmethod

from torget.payments.core.ports import BadMessage, IncomingMessage, ProviderMessage, RefundMessage


class AccountMessages(ABC):
    @abstractmethod
    def read_account_message(self, message: IncomingMessage) -> ProviderMessage | RefundMessage | None: ...

    def read_message(self, message: IncomingMessage) -> ProviderMessage:
        said = self.read_account_message(message)
        if not isinstance(said, ProviderMessage):
            raise BadMessage("the message is not about how a payment stands")
        return said

    def read_refund_message(self, message: IncomingMessage) -> RefundMessage:
        said = self.read_account_message(message)
        if not isinstance(said, RefundMessage):
            raise BadMessage("the message is not about a refund")
        return said
