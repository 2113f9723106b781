-- What a step of the payment does to its refund: the new state, who decided, the number of the credit note, and the fees
-- that are to be charged again. Called by payment_move alone, which holds the payment's row.
CREATE OR REPLACE FUNCTION refund_move(p_payment bigint, p_now timestamptz, p_facts jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    to_state text := p_facts ->> 'refund_state';
    moved record;
BEGIN
    UPDATE checkout_refund SET
        state = to_state,
        provider_reference = coalesce(p_facts ->> 'refund_reference', provider_reference),
        by_email = coalesce((p_facts ->> 'refund_by_email')::boolean, by_email),
        decided_by = coalesce(p_facts #>> '{refund_decision,by}', decided_by),
        decision_note = coalesce(p_facts #>> '{refund_decision,note}', decision_note),
        decided_at = CASE WHEN p_facts ? 'refund_decision' THEN p_now ELSE decided_at END,
        finished_at = CASE WHEN to_state IN ('refunded', 'failed', 'rejected', 'withdrawn', 'expired') THEN p_now END,
        credit_note = CASE WHEN to_state = 'refunded' THEN (
            SELECT coalesce(max(other.credit_note), 0) + 1 FROM checkout_refund other WHERE other.payment_id = p_payment
        ) END
    WHERE stamp = (p_facts ->> 'refund_stamp')::uuid
    RETURNING id, opens_fee_again, was_registered, lines INTO moved;

    IF to_state = 'refunded' AND moved.opens_fee_again AND moved.was_registered THEN
        INSERT INTO checkout_reversal (
            refund_id, position, amount_cents, marker, state, next_at, tries, desk_reason, booking_reference, done_by,
            done_note, created_at, changed_at
        )
        SELECT moved.id, position::smallint, cents::bigint, gen_random_uuid(), 'due', p_now, 0, '', '', '', '', p_now,
            p_now
        FROM jsonb_each_text(moved.lines) l (position, cents);
    END IF;
END $$;
