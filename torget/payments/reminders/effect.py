"""What reminders achieve: how many were followed by a payment through Torget within two weeks, by whatever door."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from torget.foundation.core.money import Money

WITHIN = timedelta(days=14)
OVER = timedelta(days=365)

# Payments have an index by card number and none by patron; the rest makes sure that it is the same person.
_QUERY = """
SELECT count(*), count(*) FILTER (WHERE paid.cents > 0), coalesce(sum(paid.cents), 0)
FROM reminders_reminder r
JOIN people_patron p ON p.id = r.patron_id
LEFT JOIN LATERAL (
    SELECT sum(l.amount_cents) AS cents
    FROM checkout_payment c
    JOIN checkout_paymentline l ON l.payment_id = c.id
    JOIN reminders_reminderfee f ON f.reminder_id = r.id AND f.fee_reference = l.fee_reference
    WHERE c.card_number = r.card_number
        AND c.library_system = p.library_system AND c.patron_reference = p.reference
        AND c.paid_at >= r.sent_at AND c.paid_at < r.sent_at + make_interval(days => %(days)s)
) paid ON true
WHERE r.municipality_id = %(municipality)s AND r.state = 'sent'
    AND r.sent_at >= %(first)s AND r.sent_at < %(last)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    sent: int
    paid: int
    """Of those, with at least one of their fees paid in time."""
    amount: Money

    @property
    def percent(self) -> int:
        return round(100 * self.paid / self.sent) if self.sent else 0


def effect_of(*, municipality_id: int, now: datetime) -> Effect:
    """Of a year's reminders, without those whose two weeks are not over."""
    with connection.cursor() as cursor:
        cursor.execute(
            _QUERY, {"municipality": municipality_id, "days": WITHIN.days, "first": now - OVER, "last": now - WITHIN}
        )
        sent, paid, cents = cursor.fetchone()
    return Effect(sent=sent, paid=paid, amount=Money(int(cents)))
