"""What of a checkout is kept how long: who paid and what it was about for a while, the voucher for six years."""

from torget.foundation.core.retention import Act

# A payment whose money rests where it belongs; what waits for a person or for an answer is never touched.
_SETTLED = """
p.state IN ('registered', 'refunded') AND p.next_at IS NULL AND p.changed_at < %(before)s
AND NOT EXISTS (
    SELECT FROM checkout_refund r WHERE r.payment_id = p.id AND r.state IN ('proposed', 'due', 'asked', 'pending')
)
AND NOT EXISTS (
    SELECT FROM checkout_refund r JOIN checkout_reversal v ON v.refund_id = r.id
    WHERE r.payment_id = p.id AND v.state NOT IN ('booked', 'done')
)
"""
_ENDED_UNPAID = "p.state IN ('failed', 'expired') AND p.paid_at IS NULL AND p.next_at IS NULL"

ACTS = (
    Act(
        rule="titles",
        due=f"""
            SELECT l.id FROM checkout_paymentline l JOIN checkout_payment p ON p.id = l.payment_id
            WHERE (l.title <> '' OR l.due_date IS NOT NULL OR l.returned_on IS NOT NULL) AND {_SETTLED}
        """,
        do="UPDATE checkout_paymentline SET title = '', due_date = NULL, returned_on = NULL WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="contact",
        due=f"""
            SELECT p.id FROM checkout_payment p WHERE (p.card_number <> '' OR p.pay_url <> '') AND {_SETTLED}
        """,
        do="""
            WITH lines AS (
                UPDATE checkout_paymentline SET card_number = '' WHERE payment_id = ANY(%(ids)s) AND card_number <> ''
            )
            UPDATE checkout_payment SET card_number = '', pay_url = '' WHERE id = ANY(%(ids)s)
        """,
    ),
    Act(
        rule="contact",
        due=f"""
            SELECT c.id FROM checkout_checkout c WHERE (c.email <> '' OR c.had_loan_ban) AND EXISTS (
                SELECT FROM checkout_payment p WHERE p.checkout_id = c.id AND p.paid_at IS NOT NULL
            ) AND NOT EXISTS (
                SELECT FROM checkout_payment p WHERE p.checkout_id = c.id
                AND NOT (({_SETTLED}) OR ({_ENDED_UNPAID} AND p.changed_at < %(before)s))
            )
        """,
        do="UPDATE checkout_checkout SET email = '', had_loan_ban = false WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="contact",
        due=f"""
            SELECT f.id FROM checkout_refund f JOIN checkout_payment p ON p.id = f.payment_id
            WHERE f.email <> '' AND {_SETTLED}
        """,
        do="UPDATE checkout_refund SET email = '' WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="contact",
        due="""
            SELECT id FROM checkout_waiver
            WHERE card_number <> '' AND state IN ('booked', 'not_open', 'refused', 'desk') AND changed_at < %(before)s
        """,
        do="UPDATE checkout_waiver SET card_number = '' WHERE id = ANY(%(ids)s)",
    ),
    Act(
        rule="abandoned_checkouts",
        due=f"SELECT p.id FROM checkout_payment p WHERE {_ENDED_UNPAID} AND p.changed_at < %(before)s",
        do="SELECT retention_remove_payments(%(ids)s)",
    ),
    Act(
        rule="stray_messages",
        due="""
            SELECT id FROM checkout_providermessagerecord WHERE payment_id IS NULL AND received_at < %(before)s
        """,
        do="SELECT retention_remove_messages(%(ids)s)",
    ),
    Act(
        rule="vouchers",
        due=f"SELECT p.id FROM checkout_payment p WHERE {_SETTLED}",
        do="SELECT retention_remove_payments(%(ids)s)",
    ),
    Act(
        rule="vouchers",
        due="""
            SELECT id FROM checkout_waiver
            WHERE state IN ('booked', 'not_open', 'refused', 'desk') AND changed_at < %(before)s
        """,
        do="DELETE FROM checkout_waiver WHERE id = ANY(%(ids)s)",
    ),
)
