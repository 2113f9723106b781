-- The one way in which a payment leaves the database, with all that belongs to it but the books: the books are kept
-- longer, and refer to it by number alone. What is not over is left, whatever the caller believes and whatever time the
-- caller thinks it is:
-- * an unpaid payment goes when it has rested for two weeks and nobody asks the provider about it any more;
-- * a paid one is a voucher and goes after six whole calendar years (kirjanpitolaki 2:10 §).
-- Returns how many payments went.
CREATE OR REPLACE FUNCTION retention_remove_payments(p_ids bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    going bigint[];
    checkouts bigint[];
    vouchers_before timestamptz := date_trunc('year', clock_timestamp(), 'Europe/Helsinki') - interval '6 years';
BEGIN
    -- Not as an option of the function: only superusers may give it settings of our own.
    PERFORM set_config('torget.removes_from', 'checkout_paymentevent checkout_providermessagerecord', true);
    WITH locked AS (
        SELECT p.id, p.checkout_id FROM checkout_payment p
        WHERE p.id = ANY (p_ids) AND p.next_at IS NULL AND (
            (p.state IN ('failed', 'expired') AND p.paid_at IS NULL
                AND p.changed_at < clock_timestamp() - interval '14 days'
                AND NOT EXISTS (SELECT FROM ledger_journalentry e WHERE e.payment_id = p.id))
            OR (p.state IN ('registered', 'refunded') AND p.changed_at < vouchers_before
                AND NOT EXISTS (
                    SELECT FROM checkout_refund r WHERE r.payment_id = p.id
                        AND (r.state IN ('proposed', 'due', 'asked', 'pending') OR EXISTS (
                            SELECT FROM checkout_reversal v
                            WHERE v.refund_id = r.id AND v.state NOT IN ('booked', 'done')
                        ))
                ))
        )
        FOR UPDATE OF p
    )
    SELECT array_agg(id), array_agg(DISTINCT checkout_id) INTO going, checkouts FROM locked;

    DELETE FROM checkout_reversalattempt WHERE reversal_id IN (
        SELECT v.id FROM checkout_reversal v JOIN checkout_refund r ON r.id = v.refund_id WHERE r.payment_id = ANY (going)
    );
    DELETE FROM checkout_reversal WHERE refund_id IN (
        SELECT id FROM checkout_refund WHERE payment_id = ANY (going)
    );
    DELETE FROM checkout_refund WHERE payment_id = ANY (going);
    DELETE FROM checkout_registrationattempt WHERE payment_id = ANY (going);
    DELETE FROM checkout_providermessagerecord WHERE payment_id = ANY (going);
    DELETE FROM checkout_paymentevent WHERE payment_id = ANY (going);
    DELETE FROM checkout_receipt WHERE payment_id = ANY (going);
    DELETE FROM checkout_paymentline WHERE payment_id = ANY (going);
    DELETE FROM checkout_payment WHERE id = ANY (going);
    DELETE FROM checkout_checkout c WHERE c.id = ANY (checkouts) AND NOT EXISTS (
        SELECT FROM checkout_payment p WHERE p.checkout_id = c.id
    );
    PERFORM set_config('torget.removes_from', '', true);
    RETURN coalesce(cardinality(going), 0);
END $$;

-- Messages that belong to no payment: whatever anybody sent to our addresses.
CREATE OR REPLACE FUNCTION retention_remove_messages(p_ids bigint[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    -- Not as an option of the function: only superusers may give it settings of our own.
    PERFORM set_config('torget.removes_from', 'checkout_providermessagerecord', true);
    DELETE FROM checkout_providermessagerecord WHERE id = ANY (p_ids) AND payment_id IS NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('torget.removes_from', '', true);
    RETURN gone;
END $$;
