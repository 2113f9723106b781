"""What still waits before a month is closed: none of it stops a close, all of it is seen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import OuterRef, Q, QuerySet, Subquery

from torget.foundation.core.money import Money
from torget.payments.checkout.models import Payment, PaymentLine, Refund
from torget.payments.checkout.reversal_model import Reversal
from torget.payments.closing.look import SeenMonth
from torget.payments.core.checkout import State
from torget.payments.core.ledger import Account
from torget.payments.core.reconciliation import NEEDS_A_PERSON
from torget.payments.settlement.models import SettlementFile
from torget.payments.settlement.reconciliation_models import Item

_WAITING = (State.PAID, State.REGISTERING, State.UNCERTAIN)
_REFUNDING = (State.REFUND_DUE, State.REFUNDING, State.REFUND_PENDING)


class Check(StrEnum):
    """Has words in three languages on the page."""

    WAITING = "waiting"  #: Paid, not yet in the library system; goes on by itself.
    ATTENTION = "attention"  #: On the work list.
    REFUNDING = "refunding"
    TO_DECIDE = "to_decide"  #: Refunds above the limit.
    TO_RAISE = "to_raise"  #: Fees to charge again at the desk.
    FILES = "files"  #: Settlement files and bank statements that were refused or are not read yet.
    ROWS = "rows"  #: Found by the reconciliation, and for a person to clear.
    UNEXPLAINED = "unexplained"  #: Money on the suspense account.


@dataclass(frozen=True, slots=True)
class CheckItem:
    check: Check
    count: int
    amount: Money | None = None

    @property
    def is_open(self) -> bool:
        return bool(self.count)


def _payments(municipality_id: int, until: datetime) -> QuerySet[Payment]:
    """Paid before the end of the month, with money of this municipality."""
    # A value and not EXISTS: the planner may answer EXISTS by reading every line there ever was.
    own_line = PaymentLine.objects.filter(payee=municipality_id, payment=OuterRef("pk")).values("pk")[:1]
    return Payment.objects.alias(own_line=Subquery(own_line)).filter(
        Q(municipality=municipality_id) | Q(own_line__isnull=False), paid_at__lt=until
    )


def open_payments(municipality_id: int, until: datetime) -> QuerySet[Payment]:
    """Those that have not ended, the oldest first: what waits now of what was paid until then."""
    # The conditions follow from each other and are there for the partial indexes payment_due and payment_attention.
    moving = Q(next_at__isnull=False, state__in=[*_WAITING, *_REFUNDING])
    standing = Q(state=State.ATTENTION) & Q(state__in=[State.ATTENTION, State.PENDING])
    return _payments(municipality_id, until).filter(moving | standing).order_by("paid_at", "pk")


def checklist(seen: SeenMonth) -> list[CheckItem]:
    """As it is now, for the time until the end of the month."""
    municipality_id, until = seen.municipality.pk, seen.month.ends_at
    states = list(open_payments(municipality_id, until).values_list("state", flat=True))
    to_decide = Refund.objects.filter(
        state="proposed", created_at__lt=until, payment__municipality=municipality_id
    ).count()
    to_raise = Reversal.objects.filter(state="desk", refund__payment__municipality=municipality_id).count()
    files = SettlementFile.objects.filter(municipality=municipality_id, received_at__lt=until).filter(
        Q(state=SettlementFile.State.RECEIVED)
        | Q(state=SettlementFile.State.REFUSED, received_at__gte=seen.month.starts_at)
    )
    rows = Item.objects.filter(
        municipality=municipality_id,
        row_class__in=sorted(NEEDS_A_PERSON),
        cleared_at__isnull=True,
        happened_on__lte=seen.month.last_day,
    )
    unexplained = -seen.book.closing_of(Account.SUSPENSE)
    return [
        CheckItem(Check.WAITING, sum(state in _WAITING for state in states)),
        CheckItem(Check.ATTENTION, states.count(State.ATTENTION)),
        CheckItem(Check.REFUNDING, sum(state in _REFUNDING for state in states)),
        CheckItem(Check.TO_DECIDE, to_decide),
        CheckItem(Check.TO_RAISE, to_raise),
        CheckItem(Check.FILES, files.count()),
        CheckItem(Check.ROWS, rows.count()),
        CheckItem(Check.UNEXPLAINED, int(bool(unexplained)), unexplained),
    ]
