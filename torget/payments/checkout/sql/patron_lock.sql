-- One writer per patron of a library system, over payments, reversals and waivers alike.
CREATE OR REPLACE FUNCTION patron_lock(p_system text, p_reference text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended(p_system || ' ' || p_reference, 0)
$$;

CREATE OR REPLACE FUNCTION patron_is_reversed(p_system text, p_reference text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM checkout_reversal v JOIN checkout_refund r ON r.id = v.refund_id
        JOIN checkout_paymentline l ON l.payment_id = r.payment_id AND l.position = v.position
        WHERE v.state IN ('sending', 'uncertain')
            AND l.library_system = p_system AND l.patron_reference = p_reference
    )
$$;

-- plpgsql binds when it runs: the migration that first loads this comes before the table of waivers.
CREATE OR REPLACE FUNCTION patron_is_waived(p_system text, p_reference text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM checkout_waiver
        WHERE state IN ('sending', 'uncertain') AND library_system = p_system AND patron_reference = p_reference
    );
END $$;

-- What became of the last order about one card of a payment; '' if there was none, or nobody knows yet.
CREATE OR REPLACE FUNCTION last_registration(p_payment bigint, p_system text, p_reference text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((
        SELECT outcome FROM checkout_registrationattempt
        WHERE payment_id = p_payment AND library_system = p_system AND patron_reference = p_reference
        ORDER BY number DESC LIMIT 1
    ), '');
END $$;

-- A payment of several cards has set this patron's aside (claim.sql) without knowing what became of the order.
CREATE OR REPLACE FUNCTION patron_is_in_doubt(p_system text, p_reference text, p_except bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM checkout_paymentline l JOIN checkout_payment p ON p.id = l.payment_id
        WHERE l.library_system = p_system AND l.patron_reference = p_reference
            AND l.outcome = '' AND l.aside_until IS NOT NULL
            AND l.aside_reason = '' AND l.payment_id <> p_except AND p.state IN ('paid', 'registering', 'uncertain')
            AND last_registration(l.payment_id, p_system, p_reference) = 'unknown'
    );
END $$;

CREATE OR REPLACE FUNCTION patron_is_written_to(p_system text, p_reference text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT patron_is_reversed(p_system, p_reference) OR patron_is_waived(p_system, p_reference)
    OR patron_is_in_doubt(p_system, p_reference, 0) OR EXISTS (
        SELECT FROM checkout_payment
        WHERE library_system = p_system AND patron_reference = p_reference AND state IN ('registering', 'uncertain')
    )
$$;
