"""What must hold in the books, whatever happened: each rule selects, over all rows, what breaks it.

The database enforces most of this when rows are written. Here it is asked again of what is there, so that a lost
trigger, a hand in the database, a bad restore or a fault of our own is found within a day.
"""

from collections.abc import Mapping

from torget.payments.core.checkout import HOLDING, UNPAID


def _list(states: frozenset[str]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


# What the entries of a payment say, side by side; one pass over the journal and its postings.
_BOOKED = """
SELECT e.payment_id,
    coalesce(sum(p.amount_cents) FILTER (WHERE e.kind = 'paid' AND p.account = 'provider'), 0) AS paid,
    -coalesce(sum(p.amount_cents) FILTER (WHERE e.kind = 'refunded' AND p.account IN ('provider', 'bank')), 0)
        AS refunded,
    coalesce(sum(p.amount_cents) FILTER (WHERE p.account = 'unregistered'), 0) AS unregistered,
    min(e.happened_at) AS first_at
FROM ledger_journalentry e JOIN ledger_posting p ON p.entry_id = e.id
WHERE e.payment_id IS NOT NULL GROUP BY e.payment_id
"""

RULES: Mapping[str, str] = {
    "entry_balances": """
        SELECT 'entry:' || entry_id AS about FROM ledger_posting
        GROUP BY entry_id HAVING sum(amount_cents) <> 0 OR count(*) < 2
    """,
    "entry_is_whole": """
        SELECT 'entry:' || coalesce(e.id, p.entry_id) AS about
        FROM ledger_journalentry e FULL JOIN (SELECT DISTINCT entry_id FROM ledger_posting) p ON p.entry_id = e.id
        WHERE e.id IS NULL OR p.entry_id IS NULL
    """,
    "lines_sum": """
        SELECT 'payment:' || p.id AS about FROM checkout_payment p
        LEFT JOIN (
            SELECT payment_id, sum(amount_cents) AS cents FROM checkout_paymentline GROUP BY payment_id
        ) l ON l.payment_id = p.id
        WHERE l.cents IS DISTINCT FROM p.amount_cents
    """,
    "refunds_fit": """
        SELECT 'payment:' || p.id AS about FROM checkout_payment p
        LEFT JOIN (
            SELECT payment_id, sum(refunded_cents) AS cents, bool_or(refunded_cents > amount_cents) AS is_over
            FROM checkout_paymentline GROUP BY payment_id
        ) l ON l.payment_id = p.id
        LEFT JOIN (
            SELECT payment_id, sum(amount_cents) AS cents FROM checkout_refund
            WHERE state IN ('due', 'asked', 'pending', 'refunded') GROUP BY payment_id
        ) r ON r.payment_id = p.id
        WHERE p.refunded_cents > p.amount_cents OR l.is_over
            OR p.refunded_cents <> coalesce(l.cents, 0) OR p.refunded_cents <> coalesce(r.cents, 0)
    """,
    "state_agrees": f"""
        SELECT 'payment:' || p.id AS about FROM checkout_payment p
        LEFT JOIN ({_BOOKED}) b ON b.payment_id = p.id
        LEFT JOIN (
            SELECT payment_id, sum(amount_cents) AS cents FROM checkout_refund WHERE state = 'refunded'
            GROUP BY payment_id
        ) r ON r.payment_id = p.id
        WHERE coalesce(b.paid, 0) <> CASE WHEN p.paid_at IS NULL THEN 0 ELSE p.amount_cents END
            OR (p.paid_at IS NULL) <> (p.state IN ({_list(UNPAID)}))
            OR coalesce(b.refunded, 0) <> coalesce(r.cents, 0)
            OR coalesce(b.unregistered, 0) NOT BETWEEN -p.amount_cents AND 0
            OR (p.state IN ('registered', 'refunded') AND coalesce(b.unregistered, 0) <> 0)
    """,
    "entry_has_its_payment": f"""
        SELECT 'payment:' || b.payment_id AS about FROM ({_BOOKED}) b
        LEFT JOIN checkout_payment p ON p.id = b.payment_id
        WHERE p.id IS NULL
            AND b.first_at >= date_trunc('year', now(), 'Europe/Helsinki') - interval '6 years'
    """,
    "events_chain": """
        SELECT 'payment:' || coalesce(p.id, e.payment_id) AS about FROM checkout_payment p
        FULL JOIN (
            SELECT payment_id, bool_and(follows) AS follows, (max(ARRAY[id::text, to_state]))[2] AS last_state
            FROM (
                SELECT payment_id, lpad(id::text, 20, '0') AS id, to_state,
                    from_state = coalesce(lag(to_state) OVER (PARTITION BY payment_id ORDER BY id), '') AS follows
                FROM checkout_paymentevent
            ) step GROUP BY payment_id
        ) e ON e.payment_id = p.id
        WHERE p.id IS NULL OR e.follows IS NOT TRUE OR e.last_state IS DISTINCT FROM p.state
    """,
    "fee_open_once": """
        SELECT 'fee:' || library_system || ':' || fee_reference AS about FROM checkout_paymentline
        WHERE is_open GROUP BY library_system, patron_reference, fee_reference HAVING count(*) > 1
    """,
    "held_by_the_living": f"""
        SELECT 'payment:' || l.payment_id AS about FROM checkout_paymentline l
        LEFT JOIN checkout_payment p ON p.id = l.payment_id
        WHERE l.is_open AND coalesce(p.state, '') NOT IN ({_list(HOLDING)})
    """,
    "nothing_stands_still": """
        SELECT 'payment:' || id AS about FROM checkout_payment
        WHERE next_at IS NULL AND state NOT IN ('registered', 'refunded', 'failed', 'expired', 'attention')
            OR state = 'attention' AND attention_reason = ''
    """,
    "entry_finds_its_month": """
        SELECT 'entry:' || e.id AS about FROM ledger_journalentry e
        JOIN LATERAL (
            SELECT complete_through,
                (to_date(month, 'YYYY-MM') + interval '1 month') AT TIME ZONE 'Europe/Helsinki' AS ends_at
            FROM closing_closedmonth WHERE municipality_id = e.municipality_id ORDER BY month DESC LIMIT 1
        ) last ON e.id <= last.complete_through AND e.happened_at < last.ends_at
        WHERE NOT EXISTS (SELECT FROM closing_closedentry c WHERE c.entry_id = e.id)
    """,
}
"""By name: an SQL query of one column `about`. Months that are closed are checked by closing/look.py."""

MONTHS = "closed_months"
NAMES = (*RULES, MONTHS)
