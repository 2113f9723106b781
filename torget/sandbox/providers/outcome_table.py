"""What a payer can do on the hosted page, or the bank after it, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass

UNPAID = ("new", "fail")
EXAMINED = ("pending",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    statuses: tuple[str, ...]
    """What the payment goes through; each status has a callback of its own."""
    possible_from: tuple[str, ...] = UNPAID
    returns: bool = True
    """False: the browser never comes back."""
    calls_back: bool = True
    names_method: bool = True


OUTCOMES: Mapping[str, Outcome] = {
    "pay": Outcome(statuses=("ok",)),
    "cancel": Outcome(statuses=("fail",), names_method=False),
    "decline": Outcome(statuses=("fail",)),
    "pending": Outcome(statuses=("pending",)),
    "pay_and_close_browser": Outcome(statuses=("ok",), returns=False),
    "pay_after_cancel": Outcome(statuses=("fail", "ok")),
    "pay_with_callback_lost": Outcome(statuses=("ok",), calls_back=False),
    "pay_unnoticed": Outcome(statuses=("ok",), returns=False, calls_back=False),
    # The word of those who examine a pending payment; the payer has left long ago.
    "approve": Outcome(statuses=("ok",), possible_from=EXAMINED, returns=False, names_method=False),
    "reject": Outcome(statuses=("fail",), possible_from=EXAMINED, returns=False, names_method=False),
}
