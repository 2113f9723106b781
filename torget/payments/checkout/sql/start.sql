-- Save a checkout with its payments, lines and first events. A fee that another open payment holds makes the whole
-- statement fail on the unique index fee_in_one_open_payment. A payment may be of several cards, each in a library system
-- of its own; the lines say which fee is of which, and the payment begins with the card of the first.
CREATE OR REPLACE FUNCTION checkout_start(p jsonb, p_now timestamptz) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    checkout_key bigint;
    payment_keys bigint[];
BEGIN
    -- A version before this one names the card once for the whole checkout (ADR 38).
    p := jsonb_set(p, '{payments}', (
        SELECT jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'library_system', p -> 'library_system', 'patron_reference', p -> 'patron_reference',
                'card_number', p -> 'card_number'
            )) || v ORDER BY (v ->> 'position')::smallint
        ) FROM jsonb_array_elements(p -> 'payments') v
    ));
    INSERT INTO checkout_checkout (token, patron_id, language, email, had_loan_ban, created_at)
        VALUES (p ->> 'token', (p ->> 'patron_id')::bigint, p ->> 'language', p ->> 'email',
                (p ->> 'had_loan_ban')::boolean, p_now)
        RETURNING id INTO checkout_key;

    WITH payment AS (
        INSERT INTO checkout_payment (
            token, checkout_id, position, municipality_id, merchant_account_id, library_system, patron_reference,
            card_number, reference, amount_cents, refunded_cents, currency, state, next_at, tries, provider_reference,
            pay_url, method, settlement_reference, booking_reference, attention_reason, created_at, changed_at
        )
        SELECT (v ->> 'token')::uuid, checkout_key, (v ->> 'position')::smallint, (v ->> 'municipality_id')::bigint,
            (v ->> 'merchant_account_id')::bigint, v ->> 'library_system', v ->> 'patron_reference',
            v ->> 'card_number', v ->> 'reference', (v ->> 'amount_cents')::bigint, 0, 'EUR', 'created',
            (v ->> 'next_at')::timestamptz, 0, '', '', '', '', '', '', p_now, p_now
        FROM jsonb_array_elements(p -> 'payments') v
        RETURNING id, position
    ), event AS (
        INSERT INTO checkout_paymentevent (payment_id, at, actor, from_state, event, to_state, detail)
            SELECT id, p_now, 'patron', '', 'started', 'created', '{}' FROM payment
    ), line AS (
        INSERT INTO checkout_paymentline (
            payment_id, position, library_system, patron_reference, card_number, fee_reference, fee_kind, payee_id,
            payee_source, payee_shares, amount_cents, vat_permille, ledger_account, product_code, title, due_date, returned_on, is_open, outcome
        )
        SELECT payment.id, (l ->> 'position')::smallint, coalesce(l ->> 'library_system', v ->> 'library_system'),
            coalesce(l ->> 'patron_reference', v ->> 'patron_reference'), coalesce(l ->> 'card_number', ''),
            l ->> 'fee_reference', l ->> 'fee_kind', (l ->> 'payee_id')::bigint,
            coalesce(l ->> 'payee_source', ''), l -> 'payee_shares',
            (l ->> 'amount_cents')::bigint, (l ->> 'vat_permille')::smallint, l ->> 'ledger_account',
            l ->> 'product_code', l ->> 'title', (l ->> 'due_date')::date, (l ->> 'returned_on')::date, true, ''
        FROM jsonb_array_elements(p -> 'payments') v
        JOIN payment ON payment.position = (v ->> 'position')::smallint, jsonb_array_elements(v -> 'lines') l
    )
    SELECT array_agg(id ORDER BY position) INTO payment_keys FROM payment;
    RETURN payment_keys;
END $$;
