"""What a connector answers for an ability that its system lacks, as the port wants it: refused, or not to be known."""

from torget.payments.core.giving_back import ReversalOrder
from torget.payments.core.ports import (
    FoundRegistration,
    Guarantee,
    LibrarySystemUnavailable,
    RegistrationOrder,
    RegistrationOutcome,
    RegistrationResult,
)


class CannotChangeFees:
    """No fee can be forgiven or charged again from outside."""

    def waive(self, order: RegistrationOrder) -> RegistrationResult:  # noqa: ARG002 - the port's signature
        return RegistrationResult(
            outcome=RegistrationOutcome.REFUSED, detail="this library system cannot forgive a fee"
        )

    def reverse(self, order: ReversalOrder) -> RegistrationResult:  # noqa: ARG002 - the port's signature
        return RegistrationResult(outcome=RegistrationOutcome.REFUSED, detail="this library system cannot charge a fee")

    def find_reversal(
        self,
        *,
        patron_reference: str,  # noqa: ARG002 - the port's signature
        marker: str,  # noqa: ARG002 - the port's signature
    ) -> FoundRegistration | None:
        raise LibrarySystemUnavailable("this library system cannot look up a charge")


class KnowsNoGuarantees:
    """Who answers for whose card is not told outside."""

    def guarantees(self, *, patron_reference: str) -> tuple[Guarantee, ...]:  # noqa: ARG002 - the port's signature
        return ()


class CannotFindRegistrations:
    """Our marker is not kept, or cannot be asked for."""

    def find_registration(
        self,
        *,
        patron_reference: str,  # noqa: ARG002 - the port's signature
        marker: str,  # noqa: ARG002 - the port's signature
    ) -> FoundRegistration | None:
        raise LibrarySystemUnavailable("this library system cannot look up a payment")
