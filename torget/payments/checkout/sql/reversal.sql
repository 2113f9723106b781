-- Give a worker the most overdue reversal, and hold it for the lease. A library system is written to one by one for each
-- patron: while another order of ours for the same patron is out, this one waits. claim.sql takes the same lock.
CREATE OR REPLACE FUNCTION reversal_claim(p_now timestamptz, p_lease interval) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    due record;
BEGIN
    LOOP
        SELECT v.id, v.state, l.library_system, l.patron_reference INTO due
            FROM checkout_reversal v JOIN checkout_refund r ON r.id = v.refund_id
            JOIN checkout_paymentline l ON l.payment_id = r.payment_id AND l.position = v.position
            WHERE v.next_at <= p_now ORDER BY v.next_at LIMIT 1 FOR UPDATE OF v SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock(patron_lock(due.library_system, due.patron_reference));
        IF due.state = 'due' AND patron_is_written_to(due.library_system, due.patron_reference) THEN
            UPDATE checkout_reversal SET next_at = p_now + interval '2 seconds' WHERE id = due.id;
            CONTINUE;
        END IF;
        -- A 'sending' one that is due again had its worker die; whether the order went out is looked into.
        UPDATE checkout_reversal SET
            state = CASE WHEN state = 'due' THEN 'sending' ELSE 'uncertain' END,
            next_at = p_now + p_lease, changed_at = p_now
        WHERE id = due.id;
        RETURN (
            SELECT jsonb_build_object(
                'id', v.id, 'marker', v.marker, 'state', v.state, 'tries', v.tries, 'amount', v.amount_cents,
                'attempts', (SELECT count(*) FROM checkout_reversalattempt a WHERE a.reversal_id = v.id),
                'in_doubt', EXISTS (
                    SELECT FROM checkout_reversalattempt a WHERE a.reversal_id = v.id AND a.outcome IN ('', 'unknown')
                ),
                'fee_reference', l.fee_reference, 'library_system', l.library_system,
                'patron_reference', l.patron_reference,
                'card_number', coalesce(nullif(l.card_number, ''), p.card_number)
            )
            FROM checkout_reversal v JOIN checkout_refund r ON r.id = v.refund_id
            JOIN checkout_payment p ON p.id = r.payment_id
            JOIN checkout_paymentline l ON l.payment_id = p.id AND l.position = v.position
            WHERE v.id = due.id
        );
    END LOOP;
END $$;
