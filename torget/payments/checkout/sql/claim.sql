-- Give a worker the most overdue payment, and hold it for the lease. A paid one steps to 'registering' in the same
-- commit, for one card at a time: the first of which it is not known yet what became of its fees. A card that was set
-- aside comes after those, when its time has come, so that no card waits for another one's library system. A card whose
-- patron has another payment there, or a fee that is just being charged again (reversal.sql), waits as well, because a
-- library system is written to one by one. Where only cards are left that need a person, the payment stays 'paid'.
CREATE OR REPLACE FUNCTION payment_claim(p_now timestamptz, p_lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    due record;
    card record;
    look_again timestamptz;
BEGIN
    LOOP
        SELECT id, state, card_number, tries INTO due FROM checkout_payment
            WHERE next_at <= p_now ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        IF due.state <> 'paid' THEN
            UPDATE checkout_payment SET next_at = p_now + p_lease WHERE id = due.id;
            RETURN payment_facts(due.id);
        END IF;
        look_again := NULL;
        FOR card IN
            SELECT library_system, patron_reference, coalesce(nullif(max(card_number), ''), due.card_number) AS number,
                max(aside_until) AS until, max(aside_tries) AS tries, max(aside_reason) AS reason
            FROM checkout_paymentline
            WHERE payment_id = due.id AND (outcome = '' OR NOT EXISTS (
                SELECT FROM checkout_paymentline WHERE payment_id = due.id AND outcome = ''
            ))
            GROUP BY library_system, patron_reference ORDER BY max(aside_until) NULLS FIRST, min(position)
        LOOP
            CONTINUE WHEN card.reason <> '';
            IF card.until > p_now THEN
                look_again := least(look_again, card.until);
                CONTINUE;
            END IF;
            IF NOT pg_try_advisory_xact_lock(patron_lock(card.library_system, card.patron_reference))
                OR patron_is_reversed(card.library_system, card.patron_reference)
                OR patron_is_waived(card.library_system, card.patron_reference)
                OR patron_is_in_doubt(card.library_system, card.patron_reference, due.id)
            THEN
                look_again := p_now + interval '2 seconds';
                CONTINUE;
            END IF;
            BEGIN
                UPDATE checkout_payment SET state = 'registering', next_at = p_now + p_lease, changed_at = p_now,
                    library_system = card.library_system, patron_reference = card.patron_reference,
                    card_number = card.number, tries = greatest(due.tries, card.tries)
                    WHERE id = due.id;
                INSERT INTO checkout_paymentevent (payment_id, at, actor, from_state, event, to_state, detail)
                    VALUES (due.id, p_now, 'worker', 'paid', 'registration_started', 'registering', '{}');
                RETURN payment_facts(due.id);
            EXCEPTION WHEN unique_violation THEN
                look_again := p_now + interval '2 seconds';
            END;
        END LOOP;
        UPDATE checkout_payment SET next_at = coalesce(look_again, p_now + p_lease) WHERE id = due.id;
        CONTINUE WHEN look_again IS NOT NULL;
        -- Of several cards the person looks first at one that a lost order may have reached.
        UPDATE checkout_payment payment SET library_system = line.library_system,
            patron_reference = line.patron_reference, card_number = coalesce(nullif(line.card_number, ''), due.card_number)
        FROM (
            SELECT * FROM checkout_paymentline WHERE payment_id = due.id AND outcome = '' ORDER BY
                last_registration(payment_id, library_system, patron_reference) NOT IN ('unknown', 'found'), position
            LIMIT 1
        ) line WHERE payment.id = due.id;
        RETURN payment_facts(due.id);
    END LOOP;
END $$;
