-- One writer per patron of a library system, over payments and reversals alike.
CREATE OR REPLACE FUNCTION patron_lock(p_system text, p_reference text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended(p_system || ' ' || p_reference, 0)
$$;

CREATE OR REPLACE FUNCTION patron_is_reversed(p_system text, p_reference text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM checkout_reversal v JOIN checkout_refund r ON r.id = v.refund_id
        JOIN checkout_payment p ON p.id = r.payment_id
        WHERE v.state IN ('sending', 'uncertain')
            AND p.library_system = p_system AND p.patron_reference = p_reference
    )
$$;

CREATE OR REPLACE FUNCTION patron_is_written_to(p_system text, p_reference text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT patron_is_reversed(p_system, p_reference) OR EXISTS (
        SELECT FROM checkout_payment
        WHERE library_system = p_system AND patron_reference = p_reference AND state IN ('registering', 'uncertain')
    )
$$;
