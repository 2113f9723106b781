"""What of a link's fees can be paid this moment, and what has changed since the letter was written."""

from dataclasses import dataclass

from torget.foundation.core.money import Money
from torget.payments.checkout.fees_now import FeesNow, read_fees_now
from torget.payments.core.fees import AssessedFee
from torget.payments.links.models import LinkFee, PaymentLink


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFee:
    kind: str
    before: Money
    now: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFeesNow:
    fees: FeesNow
    payable: list[AssessedFee]
    """In the order of the letter, with the amounts of this moment."""
    changed: list[ChangedFee]
    """Those of them whose amount is another than in the letter."""
    gone: list[LinkFee]
    """No longer open: paid in another way, or forgiven."""
    blocked: list[LinkFee]
    """Still open, but not to be paid now: in another payment, or with a question open."""
    added: list[AssessedFee]
    """Not in the letter, but paid with the rest, because the library system settles everything at once."""

    @property
    def expected(self) -> dict[str, Money]:
        return {one.fee.reference: one.fee.outstanding for one in self.payable}


def read_link_fees(link: PaymentLink) -> LinkFeesNow:
    """Raise LibrarySystemError when the library system gives no answer in time."""
    fees = read_fees_now(
        system=link.patron.library_system, patron_reference=link.patron.reference, card_number=link.card_number
    )
    stated = list(link.fees.order_by("position"))
    references = {one.fee_reference for one in stated}
    standing = {one.fee.reference: one for one in fees.assessed}
    free = fees.free
    wanted = [standing[one.fee_reference] for one in stated if one.fee_reference in free]
    added = [one for one in fees.assessed if one.fee.reference in free and one.fee.reference not in references]
    takes_all = bool(wanted) and not fees.can_choose
    return LinkFeesNow(
        fees=fees,
        payable=[*wanted, *added] if takes_all else wanted,
        changed=[
            ChangedFee(kind=one.fee_kind, before=Money(one.amount_cents), now=free[one.fee_reference])
            for one in stated
            if one.fee_reference in free and free[one.fee_reference].cents != one.amount_cents
        ],
        gone=[one for one in stated if one.fee_reference not in standing],
        blocked=[one for one in stated if one.fee_reference in standing and one.fee_reference not in free],
        added=added if takes_all else [],
    )
