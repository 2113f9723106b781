"""How far each municipality is with its months, read for all of them in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from torget.foundation.cooperations.models import Municipality
from torget.payments.closing.models import ClosedMonth
from torget.payments.core.months import Month
from torget.payments.ledger.models import JournalEntry


def last_closed(municipality_id: int) -> ClosedMonth | None:
    return ClosedMonth.objects.filter(municipality_id=municipality_id).order_by("-month").first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    municipality: Municipality
    last: Month | None
    """The last that was closed."""
    upcoming: Month | None
    """The one that is closed next; None while the books are empty."""

    def to_close(self, now: datetime) -> Month | None:
        """The one that could be closed now."""
        return self.upcoming if self.upcoming and self.upcoming.ends_at <= now else None


def standings(which: Q) -> Iterable[Standing]:
    last = ClosedMonth.objects.filter(municipality=OuterRef("pk")).order_by("-month").values("month")[:1]
    first = JournalEntry.objects.filter(municipality_id=OuterRef("pk")).order_by("happened_at").values("happened_at")
    for one in Municipality.objects.filter(which).annotate(last=Subquery(last), first=Subquery(first[:1])):
        closed = Month.from_text(one.last) if one.last else None
        begun = Month.of(one.first) if one.first else None
        yield Standing(municipality=one, last=closed, upcoming=closed.following if closed else begun)
