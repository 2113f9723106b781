-- Give a worker the most overdue payment, and hold it for the lease. A paid one steps to 'registering' in the same
-- commit; if its patron has another payment there, or a fee is just being charged again (reversal.sql), it waits,
-- because a library system is written to one by one. A payment of several cards steps there for one card at a time: the
-- first of which it is not known yet what became of its fees.
CREATE OR REPLACE FUNCTION payment_claim(p_now timestamptz, p_lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    due record;
    card record;
BEGIN
    LOOP
        SELECT id, state, library_system, patron_reference, card_number INTO due FROM checkout_payment
            WHERE next_at <= p_now ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        IF due.state <> 'paid' THEN
            UPDATE checkout_payment SET next_at = p_now + p_lease WHERE id = due.id;
            RETURN payment_facts(due.id);
        END IF;
        SELECT library_system, patron_reference, coalesce(nullif(card_number, ''), due.card_number) AS card_number
            INTO card FROM checkout_paymentline
            WHERE payment_id = due.id ORDER BY (outcome <> ''), position LIMIT 1;
        PERFORM pg_advisory_xact_lock(patron_lock(card.library_system, card.patron_reference));
        IF patron_is_reversed(card.library_system, card.patron_reference)
            OR patron_is_waived(card.library_system, card.patron_reference)
        THEN
            UPDATE checkout_payment SET next_at = p_now + interval '2 seconds' WHERE id = due.id;
            CONTINUE;
        END IF;
        BEGIN
            UPDATE checkout_payment SET state = 'registering', next_at = p_now + p_lease, changed_at = p_now,
                library_system = card.library_system, patron_reference = card.patron_reference,
                card_number = card.card_number
                WHERE id = due.id;
            INSERT INTO checkout_paymentevent (payment_id, at, actor, from_state, event, to_state, detail)
                VALUES (due.id, p_now, 'worker', 'paid', 'registration_started', 'registering', '{}');
            RETURN payment_facts(due.id);
        EXCEPTION WHEN unique_violation THEN
            UPDATE checkout_payment SET next_at = p_now + interval '2 seconds' WHERE id = due.id;
        END;
    END LOOP;
END $$;
