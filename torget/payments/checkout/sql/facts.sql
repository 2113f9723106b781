-- All that an action needs to know of a payment, in one value: its columns, its lines, the account it goes through, the
-- last attempt to register it, and what of its lines has gone back. Attempts are those of the card that is being told.
-- plpgsql binds when it runs: the migration that first loads this comes before some of the columns.
CREATE OR REPLACE FUNCTION payment_facts(p_id bigint) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT jsonb_build_object(
        'id', p.id, 'token', p.token, 'checkout_id', p.checkout_id, 'position', p.position,
        'municipality_id', p.municipality_id, 'library_system', p.library_system,
        'patron_reference', p.patron_reference, 'card_number', p.card_number, 'reference', p.reference,
        'amount', p.amount_cents, 'refunded', p.refunded_cents, 'currency', p.currency, 'state', p.state,
        'tries', p.tries, 'provider_reference', p.provider_reference, 'pay_url', p.pay_url, 'method', p.method,
        'created_at', p.created_at, 'changed_at', p.changed_at, 'paid_at', p.paid_at,
        'account', jsonb_build_object(
            'id', a.id, 'provider', a.provider, 'account', a.account,
            'credentials', convert_from(a.credentials, 'UTF8'), 'is_aggregate', a.cooperation_id IS NOT NULL
        ),
        'last_attempt', (
            SELECT jsonb_build_object('number', t.number, 'outcome', t.outcome, 'before', t.before, 'ordered', t.ordered)
            FROM checkout_registrationattempt t
            WHERE t.payment_id = p.id AND t.patron_reference IN ('', p.patron_reference)
                AND t.library_system IN ('', p.library_system)
            ORDER BY t.number DESC LIMIT 1
        ),
        'attempts', (SELECT count(*) FROM checkout_registrationattempt t WHERE t.payment_id = p.id),
        'card_attempts', (
            SELECT count(*) FROM checkout_registrationattempt t
            WHERE t.payment_id = p.id AND t.patron_reference IN ('', p.patron_reference)
                AND t.library_system IN ('', p.library_system)
        ),
        'told', (
            SELECT jsonb_object_agg(t.outcome, t.fees) FROM (
                SELECT a.outcome, jsonb_agg(DISTINCT fee) AS fees
                FROM checkout_registrationattempt a, jsonb_object_keys(a.ordered) fee
                WHERE a.payment_id = p.id AND a.outcome IN ('booked', 'refused')
                    AND a.patron_reference IN ('', p.patron_reference) AND a.library_system IN ('', p.library_system)
                GROUP BY a.outcome
            ) t
        ),
        'refunded_lines', (
            SELECT jsonb_agg(r.lines) FROM checkout_refund r WHERE r.payment_id = p.id AND r.state = 'refunded'
        ),
        'lines', (
            SELECT jsonb_agg(jsonb_build_object(
                'position', l.position, 'is_of_card',
                l.library_system = p.library_system AND l.patron_reference = p.patron_reference,
                'fee_reference', l.fee_reference, 'fee_kind', l.fee_kind,
                'payee_id', l.payee_id, 'payee_slug', m.slug, 'payee_shares', l.payee_shares,
                'amount', l.amount_cents, 'vat_permille', l.vat_permille, 'ledger_account', l.ledger_account,
                'product_code', l.product_code, 'outcome', l.outcome
            ) ORDER BY l.position)
            FROM checkout_paymentline l JOIN cooperations_municipality m ON m.id = l.payee_id
            WHERE l.payment_id = p.id
        )
    )
    FROM checkout_payment p JOIN checkout_merchantaccount a ON a.id = p.merchant_account_id WHERE p.id = p_id);
END $$;
