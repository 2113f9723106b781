"""A patron's fees as they stand this moment, judged by what is configured: the one reading behind every way to pay."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torget.foundation.core.money import Money
from torget.payments.checkout.payable import Payable, load_payable
from torget.payments.checkout.start import FeesChanged
from torget.payments.core.fees import AssessedFee, assess_fee
from torget.payments.core.ports import AccountSnapshot
from torget.payments.fees.deadline import WAIT_SECONDS_MAX, ask
from torget.payments.fees.library_systems import library_system


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesNow:
    account: AccountSnapshot
    assessed: list[AssessedFee]
    payable: Payable
    can_choose: bool
    """False: the library system settles what it likes, so all that can be paid is paid together."""

    @property
    def free(self) -> dict[str, Money]:
        """What can be paid now, by fee reference."""
        standing = {one.fee.reference: one.fee.outstanding for one in self.assessed if one.is_payable}
        return {reference: amount for reference, amount in standing.items() if reference not in self.payable.held}

    def check_choice(self, expected: Mapping[str, Money]) -> None:
        """Raise FeesChanged where a part of the fees would be booked upon others than the patron paid."""
        if expected and not self.can_choose and expected != self.free:
            raise FeesChanged


def read_fees_now(*, system: str, patron_reference: str, card_number: str) -> FeesNow:
    """Raise LibrarySystemError when the library system gives no answer in time."""
    return ask_for_fees(system=system, patron_reference=patron_reference, card_number=card_number).answer()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFees:
    payable: Payable
    answer: Callable[[], FeesNow]
    """Waits for the library system; raises LibrarySystemError."""


def ask_for_fees(
    *, system: str, patron_reference: str, card_number: str, seconds: float = WAIT_SECONDS_MAX
) -> AskedFees:
    """Ask now and go on."""
    connector = library_system(system)
    account_asked = ask(lambda: connector.account(patron_reference=patron_reference, card_number=card_number), seconds)
    # Meanwhile our own side is read. Whichever is older, nothing is paid on it: the start reads the account anew.
    payable = load_payable(library_system=system, patron_reference=patron_reference)

    def answer() -> FeesNow:
        account = account_asked()
        return FeesNow(
            account=account,
            assessed=[
                assess_fee(fee, account.patron, payable.configured.policy, on_hold=payable.on_hold)
                for fee in account.fees
                if fee.outstanding.cents > 0
            ],
            payable=payable,
            can_choose=connector.capabilities.can_choose_fees,
        )

    return AskedFees(payable=payable, answer=answer)
