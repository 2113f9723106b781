-- Payments that have ended, as the SQL functions would have left them. history_fill.py runs the statements below the
-- line '-- fill', each for a range of payments, with psycopg's placeholders.
CREATE TABLE history_settings AS SELECT
    %(size)s::bigint AS size, %(patrons)s::bigint AS patrons, %(ended)s::timestamptz AS ended,
    %(seconds_apart)s::float AS seconds_apart,
    (SELECT id FROM cooperations_municipality WHERE slug = 'porvoo') AS porvoo,
    (SELECT id FROM cooperations_municipality WHERE slug = 'sipoo') AS sipoo,
    (SELECT id FROM cooperations_municipality WHERE slug = 'raasepori') AS raasepori,
    (SELECT id FROM checkout_merchantaccount WHERE cooperation_id IS NOT NULL) AS aggregate,
    (SELECT id FROM checkout_merchantaccount WHERE municipality_id IS NOT NULL) AS own;

-- Like foundation/core/opaque.py. STABLE and one expression each, so that the planner takes them in.
CREATE FUNCTION history_token(kind text, n bigint, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_hex(extract(epoch FROM at)::bigint) || md5(kind || n) || left(md5(n || kind), 3)
$$;

CREATE FUNCTION history_stamp(n bigint, at timestamptz) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || left(md5('stamp' || n), 3)
        || '8' || right(md5('stamp' || n), 15))::uuid
$$;

-- A bank reference: the check digit by weights 7, 3, 1 from the right.
CREATE FUNCTION history_reference(n bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT ((10000000 + n) * 10 + (10 - (7 * (n % 10) + 3 * (n / 10 % 10) + (n / 100 % 10) + 7 * (n / 1000 % 10)
        + 3 * (n / 10000 % 10) + (n / 100000 % 10) + 7 * (n / 1000000 % 10) + 3 * (1 + n / 10000000)) % 10) % 10)::text
$$;

-- The payments of a range. One in a hundred was refunded; the 20 newest need a human.
CREATE FUNCTION history(first bigint, last bigint) RETURNS TABLE (
    n bigint, at timestamptz, patron bigint, cents bigint, municipality bigint, account bigint, is_refunded boolean,
    is_waiting boolean
) LANGUAGE sql STABLE AS $$
    SELECT n, ended - (size - n) * seconds_apart * interval '1 s', n * 7919 % patrons + 1, 100 + n % 900,
        CASE WHEN n % 100 < 80 THEN porvoo WHEN n % 100 < 97 THEN sipoo ELSE raasepori END,
        CASE WHEN n % 100 < 97 THEN aggregate ELSE own END,
        n % 100 = 0 AND n <= size - 20, n > size - 20
    FROM generate_series(first, last) n, history_settings
$$;

-- fill
INSERT INTO checkout_checkout (id, token, language, email, had_loan_ban, created_at, patron_id)
    SELECT n, history_token('checkout', n, at), 'sv', '', false, at, patron FROM history(%(first)s, %(last)s);

INSERT INTO checkout_payment (
    id, token, position, library_system, patron_reference, card_number, reference, amount_cents, refunded_cents,
    currency, state, next_at, tries, provider_reference, pay_url, method, settlement_reference, booking_reference,
    attention_reason, created_at, paid_at, registered_at, changed_at, checkout_id, merchant_account_id, municipality_id
)
    SELECT n, history_stamp(n, at), 1, 'helle', patron::text, '2638' || lpad(patron::text, 10, '0'),
        history_reference(n), cents, CASE WHEN is_refunded THEN cents ELSE 0 END, 'EUR',
        CASE WHEN is_waiting THEN 'attention' WHEN is_refunded THEN 'refunded' ELSE 'registered' END,
        NULL, 0, md5('provider' || n)::uuid::text, 'https://pay.example.fi/' || md5('page' || n), 'osuuspankki', '',
        n::text, CASE WHEN is_waiting THEN 'patron_not_found' ELSE '' END, at, at + interval '30 s',
        CASE WHEN NOT is_waiting THEN at + interval '32 s' END, at + interval '32 s', n, account, municipality
    FROM history(%(first)s, %(last)s);

INSERT INTO checkout_paymentline (
    id, payment_id, position, library_system, patron_reference, fee_reference, fee_kind, payee_id, payee_shares,
    amount_cents, refunded_cents, vat_permille, ledger_account, product_code, title, due_date, returned_on, is_open,
    outcome
)
    SELECT n, n, 1, 'helle', patron::text, (1000000000 + n)::text, 'OVERDUE', municipality, '{}', cents,
        CASE WHEN is_refunded THEN cents ELSE 0 END, 0, '3100', 'OVERDUE',
        'Muumipappa ja meri', '2026-10-01', '2026-10-09', is_waiting, 'booked'
    FROM history(%(first)s, %(last)s);

INSERT INTO checkout_paymentevent (id, payment_id, at, actor, from_state, event, to_state, detail)
    SELECT (n - 1) * 5 + place, n, at + after * interval '1 s', actor, from_state, event, to_state, '{}'
    FROM history(%(first)s, %(last)s), (VALUES
        (1, 0, 'patron', '', 'started', 'created'),
        (2, 1, 'patron', 'created', 'page_created', 'open'),
        (3, 30, 'provider', 'open', 'provider_paid', 'paid'),
        (4, 31, 'worker', 'paid', 'registration_started', 'registering'),
        (5, 32, 'worker', 'registering', 'booked', 'registered')
    ) AS step (place, after, actor, from_state, event, to_state);

INSERT INTO checkout_providermessagerecord (id, payment_id, received_at, channel, verdict, content)
    SELECT n, n, at + interval '30 s', 'callback', 'applied',
        'checkout-account=695861&checkout-algorithm=sha256&checkout-amount=' || cents || '&checkout-stamp='
        || history_stamp(n, at) || '&checkout-reference=' || history_reference(n) || '&checkout-transaction-id='
        || md5('provider' || n)::uuid || '&checkout-status=ok&checkout-provider=osuuspankki&signature='
        || encode(sha256(convert_to('signature' || n, 'UTF8')), 'hex')
    FROM history(%(first)s, %(last)s);

INSERT INTO checkout_registrationattempt (
    id, payment_id, number, started_at, before, ordered, outcome, detail, finished_at
)
    SELECT n, n, 1, at + interval '31 s', jsonb_build_object((1000000000 + n)::text, cents),
        jsonb_build_object((1000000000 + n)::text, cents), 'booked', '', at + interval '32 s'
    FROM history(%(first)s, %(last)s);

INSERT INTO checkout_receipt (payment_id, token, issued_at)
    SELECT n, history_token('receipt', n, at), at + interval '30 s' FROM history(%(first)s, %(last)s);

INSERT INTO ledger_journalentry (id, municipality_id, key, kind, happened_at, payment_id)
    SELECT (n - 1) * 2 + place, municipality, 'payment:' || n || ':' || kind, kind, at + after * interval '1 s', n
    FROM history(%(first)s, %(last)s), (VALUES (1, 'paid', 30), (2, 'registered', 32)) AS entry (place, kind, after);

INSERT INTO ledger_posting (id, entry_id, account, amount_cents)
    SELECT (n - 1) * 4 + place, (n - 1) * 2 + entry, name, sign * cents
    FROM history(%(first)s, %(last)s), (VALUES
        (1, 1, 'provider', 1), (2, 1, 'unregistered', -1), (3, 2, 'unregistered', 1), (4, 2, 'income:3100', -1)
    ) AS posting (place, entry, name, sign);

INSERT INTO checkout_refund (
    id, payment_id, stamp, amount_cents, lines, was_registered, state, provider_reference, reason, opens_fee_again,
    requested_by, created_at, finished_at, credit_note
)
    SELECT n, n, history_stamp(-n, at), cents, jsonb_build_object('1', cents), true, 'refunded',
        md5('provider refund' || n)::uuid::text, 'Paid by mistake', true, 'staff:1', at + interval '1 d',
        at + interval '2 d', 1
    FROM history(%(first)s, %(last)s) WHERE is_refunded;

INSERT INTO checkout_reversal (
    id, refund_id, position, amount_cents, marker, state, next_at, tries, desk_reason, booking_reference, done_by,
    done_note, created_at, changed_at
)
    SELECT n, n, 1, cents, history_stamp(-n, at), 'booked', NULL, 0, '', n::text, '', '', at + interval '2 d',
        at + interval '2 d'
    FROM history(%(first)s, %(last)s) WHERE is_refunded;
