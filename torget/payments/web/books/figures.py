"""The figures themselves: one set-based query each, whose cost follows the period and never the length of the history.

All of them start from an index over the period: the journal's by municipality and time, or that of the newest payments.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from torget.payments.web.books.period import Period, Step

# Gross: what is owed to other members and the VAT of sales (vat:255:3300) were collected too. VAT of anything else has
# no ledger account after it.
_INCOME = """
SELECT e.municipality_id, date_trunc(%(step)s, e.happened_at AT TIME ZONE 'Europe/Helsinki')::date AS first,
    sum(-p.amount_cents)::bigint AS gross,
    coalesce(sum(-p.amount_cents) FILTER (WHERE p.account LIKE 'income:%%'), 0)::bigint AS net,
    coalesce(sum(-p.amount_cents) FILTER (WHERE p.account LIKE 'vat:%%'), 0)::bigint AS vat,
    coalesce(sum(-p.amount_cents) FILTER (WHERE p.account LIKE 'owed_to:%%'), 0)::bigint AS for_others,
    coalesce(sum(-p.amount_cents) FILTER (WHERE e.kind = 'refunded'), 0)::bigint AS refunded
FROM ledger_journalentry e JOIN ledger_posting p ON p.entry_id = e.id
WHERE e.municipality_id = ANY(%(municipalities)s) AND e.happened_at >= %(since)s AND e.happened_at < %(until)s
    AND (p.account LIKE 'income:%%' OR p.account LIKE 'owed_to:%%' OR p.account LIKE 'vat:%%:%%')
GROUP BY 1, 2
"""
_STEPS = """
WITH taken AS (
    SELECT DISTINCT payment_id FROM ledger_journalentry
    WHERE municipality_id = ANY(%(municipalities)s) AND happened_at >= %(since)s AND happened_at < %(until)s
        AND kind = 'paid' AND payment_id IS NOT NULL
), steps AS (
    SELECT e.payment_id, min(e.at) FILTER (WHERE e.event = 'provider_paid') AS paid_at,
        min(e.at) FILTER (WHERE e.event IN ('booked', 'booked_in_part', 'staff_registered')) AS registered_at
    FROM taken JOIN checkout_paymentevent e USING (payment_id) GROUP BY e.payment_id
)
"""
_TIMES = """
SELECT date_trunc(%(step)s, paid_at AT TIME ZONE 'Europe/Helsinki')::date, count(*), count(registered_at),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY registered_at - paid_at),
    percentile_disc(0.95) WITHIN GROUP (ORDER BY registered_at - paid_at)
FROM steps WHERE paid_at IS NOT NULL GROUP BY GROUPING SETS ((1), ())
"""
# A fee counts once, in the week of its first payment in the period, and as paid if any of its payments was. OFFSET 0
# keeps the planner from reading every line there ever was for the payee.
_COMPLETED = """
WITH fees AS (
    SELECT min(p.created_at) AS first_at, max(l.amount_cents) AS cents, bool_or(p.paid_at IS NOT NULL) AS is_paid
    FROM checkout_payment p CROSS JOIN LATERAL (
        SELECT * FROM checkout_paymentline line WHERE line.payment_id = p.id OFFSET 0
    ) l
    WHERE p.created_at >= %(since)s AND p.created_at < %(until)s AND l.payee_id = ANY(%(municipalities)s)
    GROUP BY l.library_system, l.patron_reference, l.fee_reference
)
SELECT date_trunc(%(step)s, first_at AT TIME ZONE 'Europe/Helsinki')::date, count(*), count(*) FILTER (WHERE is_paid),
    sum(cents)::bigint, coalesce(sum(cents) FILTER (WHERE is_paid), 0)::bigint
FROM fees GROUP BY 1
"""


_ENTRIES = """
SELECT e.happened_at, e.kind, e.municipality_id, e.payment_id, part.cents
FROM ledger_journalentry e CROSS JOIN LATERAL (
    SELECT sum(-p.amount_cents)::bigint AS cents FROM ledger_posting p WHERE p.entry_id = e.id
        AND (p.account LIKE 'income:%%' OR p.account LIKE 'owed_to:%%' OR p.account LIKE 'vat:%%:%%')
) part
WHERE e.municipality_id = ANY(%(municipalities)s) AND e.happened_at >= %(since)s AND e.happened_at < %(until)s
    AND part.cents IS NOT NULL
ORDER BY e.happened_at DESC, e.id DESC LIMIT %(limit)s
"""
# Those that are not registered at all are the slowest of all.
_SLOWEST = """
SELECT payment_id, paid_at, registered_at FROM steps WHERE paid_at IS NOT NULL
ORDER BY registered_at - paid_at DESC NULLS FIRST, payment_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    gross: int = 0
    net: int = 0
    vat: int = 0
    for_others: int = 0
    refunded: int = 0

    def __add__(self, other: "Income") -> "Income":
        return Income(
            gross=self.gross + other.gross,
            net=self.net + other.net,
            vat=self.vat + other.vat,
            for_others=self.for_others + other.for_others,
            refunded=self.refunded + other.refunded,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    paid: int
    registered: int
    median: timedelta | None
    slow: timedelta | None
    """19 of 20 took at most this long."""


NO_TIMES = Times(paid=0, registered=0, median=None, slow=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    fees: int
    paid_fees: int
    cents: int
    paid_cents: int


def _rows(query: str, municipalities: Sequence[int], period: Period, **more: Any) -> list[tuple[Any, ...]]:
    values = {
        "municipalities": list(municipalities),
        "since": period.starts_at,
        "until": period.ends_at,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def income(municipalities: Sequence[int], period: Period, step: Step) -> dict[int, dict[date, Income]]:
    """By municipality and first day of the week or month: fees registered less fees paid back."""
    found: dict[int, dict[date, Income]] = defaultdict(dict)
    for municipality_id, first, gross, net, vat, for_others, refunded in _rows(
        _INCOME, municipalities, period, step=step.value
    ):
        found[municipality_id][first] = Income(gross=gross, net=net, vat=vat, for_others=for_others, refunded=refunded)
    return found


def times_to_register(municipalities: Sequence[int], period: Period, step: Step) -> dict[date | None, Times]:
    """By week or month of payment; under None for the whole period, because medians cannot be added up."""
    return {
        first: Times(paid=paid, registered=registered, median=median, slow=slow)
        for first, paid, registered, median, slow in _rows(_STEPS + _TIMES, municipalities, period, step=step.value)
    }


def completed(municipalities: Sequence[int], period: Period, step: Step) -> dict[date, Completed]:
    """By week or month: of the fees that people set out to pay here, how many were paid."""
    return {
        first: Completed(fees=fees, paid_fees=paid_fees, cents=cents, paid_cents=paid_cents)
        for first, fees, paid_fees, cents, paid_cents in _rows(_COMPLETED, municipalities, period, step=step.value)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeEntry:
    at: datetime
    kind: str
    municipality_id: int
    payment_id: int | None
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowPayment:
    payment_id: int
    paid_at: datetime
    registered_at: datetime | None


def income_entries(municipalities: Sequence[int], period: Period, limit: int) -> list[IncomeEntry]:
    """What the income is made of, the newest first."""
    return [
        IncomeEntry(at=at, kind=kind, municipality_id=municipality_id, payment_id=payment_id, cents=cents)
        for at, kind, municipality_id, payment_id, cents in _rows(_ENTRIES, municipalities, period, limit=limit)
    ]


def slowest_payments(municipalities: Sequence[int], period: Period, limit: int) -> list[SlowPayment]:
    return [
        SlowPayment(payment_id=payment_id, paid_at=paid_at, registered_at=registered_at)
        for payment_id, paid_at, registered_at in _rows(_STEPS + _SLOWEST, municipalities, period, limit=limit)
    ]
